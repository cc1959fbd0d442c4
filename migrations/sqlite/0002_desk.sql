-- Desk records: who may use the service, and what they did. They are rows, not part of the network (DESIGN §3).
--
-- Times are UTC, RFC 3339 with microseconds, so that text order is time order. Secrets are never here: passwords as
-- Argon2id strings, cookies and tokens as SHA-256 in hexadecimal. Empty text is "none".

-- Who may log in.
CREATE TABLE account (
    name          TEXT   PRIMARY KEY CHECK (name <> ''),
    revision      INTEGER NOT NULL,
    display_name  TEXT   NOT NULL DEFAULT '',
    role          TEXT   NOT NULL,
    region        TEXT   NOT NULL DEFAULT '',
    password      TEXT   NOT NULL DEFAULT '',
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at    TEXT   NOT NULL,
    expires_at    TEXT   NOT NULL DEFAULT '',
    failures      INTEGER NOT NULL DEFAULT 0,
    locked_until  TEXT   NOT NULL DEFAULT ''
) STRICT;

-- A browser that is logged in.
CREATE TABLE login_session (
    secret        TEXT   PRIMARY KEY,
    account       TEXT   NOT NULL REFERENCES account ON DELETE CASCADE,
    csrf          TEXT   NOT NULL,
    created_at    TEXT   NOT NULL,
    expires_at    TEXT   NOT NULL
) STRICT;
CREATE INDEX login_session_account ON login_session (account);

-- A program that may act for an account, within a scope.
CREATE TABLE api_token (
    id            TEXT   PRIMARY KEY,
    secret        TEXT   NOT NULL UNIQUE,
    account       TEXT   NOT NULL REFERENCES account ON DELETE CASCADE,
    name          TEXT   NOT NULL,
    scope         TEXT   NOT NULL,
    created_at    TEXT   NOT NULL,
    expires_at    TEXT   NOT NULL
) STRICT;

-- The link of a first start that makes the first administrator.
CREATE TABLE setup_link (
    secret        TEXT   PRIMARY KEY,
    expires_at    TEXT   NOT NULL
) STRICT;

-- Who did or read what, and why.
CREATE TABLE audit_log (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    at            TEXT   NOT NULL,
    who           TEXT   NOT NULL,
    via           TEXT   NOT NULL,
    action        TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    why           TEXT   NOT NULL DEFAULT ''
) STRICT;

-- Answers to requests that change something, so that a repeated request changes nothing twice.
CREATE TABLE idempotency_key (
    account       TEXT   NOT NULL,
    key           TEXT   NOT NULL,
    request       TEXT   NOT NULL,
    at            TEXT   NOT NULL,
    status        INTEGER NOT NULL DEFAULT 0,
    body          TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (account, key)
) STRICT;
