-- Logging in at another door: OpenID Connect. Empty text and 0 are "none" and "no", as in the other desk records.

-- Whom a provider knows, and the account that is. `made` tells accounts made at a first log-in, whose role follows the
-- provider, from those that an administrator linked.
CREATE TABLE login_identity (
    issuer        TEXT   NOT NULL CHECK (issuer <> ''),
    subject       TEXT   NOT NULL CHECK (subject <> ''),
    account       TEXT   NOT NULL UNIQUE REFERENCES account ON DELETE CASCADE,
    made          INTEGER NOT NULL DEFAULT 0 CHECK (made IN (0, 1)),
    created_at    TEXT   NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

-- Browsers that were sent to the provider and are to come back, once. SHA-256 of their cookie.
CREATE TABLE login_attempt (
    secret        TEXT   PRIMARY KEY,
    expires_at    TEXT   NOT NULL
) STRICT;
