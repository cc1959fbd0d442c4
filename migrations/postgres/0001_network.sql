-- The network as tables (DESIGN §3). They are the truth and are meant to be read; `linewright` is the only writer.
--
-- Every record has `id` (given once, never reused), `revision` (the version of the log that last changed it), `code`
-- (unique in its table and data set), `name`, `dataset` and `extra` (attributes of the source, JSON object).
-- Lengths are metres, losses dB, money whole CNY, positions WGS-84 degrees, times UTC. Empty text is "not known".
-- References are checked at commit, so that rows of one commit may come in any order.
--
-- The tables stand in the schema `linewright`. Whole numbers are BIGINT because ids and counts are 32-bit unsigned. JSON,
-- not JSONB: members keep their order and numbers their digits.

-- One row: the number of commits so far.
CREATE TABLE head (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL CHECK (version >= 0)
);
INSERT INTO head (id, version) VALUES (1, 0);

-- The next id of each table, so that the id of a removed record never comes back.
CREATE TABLE id_counter (
    table_name TEXT    PRIMARY KEY,
    next       BIGINT NOT NULL CHECK (next >= 0)
);

-- Every commit: when, by whom, why, and each record before and after, as a JSON array.
CREATE TABLE change_log (
    version BIGINT PRIMARY KEY,
    at      TIMESTAMPTZ NOT NULL,
    who     TEXT    NOT NULL,
    why     TEXT    NOT NULL,
    origin  TEXT    NOT NULL,
    changes JSON    NOT NULL,
    -- The transaction that wrote it: after a lost connection this tells whether it was committed.
    token   TEXT    NOT NULL
);

-- Continuation of a commit too large for one value, in order of `part`.
CREATE TABLE change_log_more (
    version BIGINT NOT NULL REFERENCES change_log DEFERRABLE INITIALLY DEFERRED,
    part    BIGINT NOT NULL CHECK (part >= 1),
    changes JSON    NOT NULL,
    PRIMARY KEY (version, part)
);

-- A source of records: one imported network.
CREATE TABLE dataset (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT CHECK (dataset IS NULL),
    extra          JSON,
    format         TEXT    NOT NULL
);
CREATE UNIQUE INDEX dataset_own_code ON dataset (code);

-- Sites, manholes, poles, cabinets, boxes, closures, entries, premises.
CREATE TABLE place (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    kind           TEXT    NOT NULL,
    lon_deg        DOUBLE PRECISION    CHECK (lon_deg BETWEEN -180 AND 180),
    lat_deg        DOUBLE PRECISION    CHECK (lat_deg BETWEEN -90 AND 90),
    -- The place this one stands in.
    within         BIGINT REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    region         TEXT    NOT NULL DEFAULT '',
    -- Life cycle, owner, keeper.
    stage          TEXT    NOT NULL CHECK (stage IN ('planned', 'under_construction', 'in_service', 'retired')),
    available_from DATE,
    ownership      TEXT    NOT NULL,
    notice_party   TEXT    NOT NULL DEFAULT '',
    unit           TEXT    NOT NULL DEFAULT '',
    -- JSON array of {kind, days, fee_cny}.
    permits        JSON    NOT NULL DEFAULT '[]',
    CHECK ((lon_deg IS NULL) = (lat_deg IS NULL))
);
CREATE UNIQUE INDEX place_code ON place (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX place_own_code ON place (code) WHERE dataset IS NULL;
CREATE INDEX place_within ON place (within) WHERE within IS NOT NULL;

-- Ground along which cables lie: ducts, pole lines, trenches. Offers bores or attachments.
CREATE TABLE span (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    kind           TEXT    NOT NULL,
    a              BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    b              BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    length_m       DOUBLE PRECISION    NOT NULL CHECK (length_m >= 0),
    -- Bores or attachments; null when not recorded.
    capacity       BIGINT CHECK (capacity >= 0),
    -- Spans with the same trench fail together.
    trench         TEXT    NOT NULL DEFAULT '',
    -- JSON array of [longitude, latitude], from a to b.
    course         JSON    NOT NULL DEFAULT '[]',
    -- JSON array of {at_m, label}: pole numbers and markers.
    marks          JSON    NOT NULL DEFAULT '[]',
    -- Life cycle, owner, keeper.
    stage          TEXT    NOT NULL CHECK (stage IN ('planned', 'under_construction', 'in_service', 'retired')),
    available_from DATE,
    ownership      TEXT    NOT NULL,
    notice_party   TEXT    NOT NULL DEFAULT '',
    unit           TEXT    NOT NULL DEFAULT '',
    permits        JSON    NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX span_code ON span (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX span_own_code ON span (code) WHERE dataset IS NULL;
CREATE INDEX span_a ON span (a);
CREATE INDEX span_b ON span (b);

-- Cable sections. Each offers cores 1..cores.
CREATE TABLE cable (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    a              BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    b              BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    model          TEXT    NOT NULL DEFAULT '',
    -- Null when the map does not say.
    cores            BIGINT CHECK (cores >= 0),
    cores_per_tube   BIGINT CHECK (cores_per_tube >= 1),
    cores_per_ribbon BIGINT CHECK (cores_per_ribbon >= 1),
    colours        TEXT    NOT NULL,
    fibre          TEXT    NOT NULL DEFAULT '',
    -- Sheath length.
    length_m       DOUBLE PRECISION    NOT NULL CHECK (length_m >= 0),
    -- 'proven': a core without a hop or a mark is idle; 'unproven': it is unknown.
    occupancy      TEXT    NOT NULL CHECK (occupancy IN ('proven', 'unproven')),
    -- JSON array of {core, wavelength_nm, loss_db, on}.
    measurements   JSON    NOT NULL DEFAULT '[]',
    -- JSON array of {first, count, ownership, party}.
    core_ownership JSON    NOT NULL DEFAULT '[]',
    -- Life cycle, owner, keeper.
    stage          TEXT    NOT NULL CHECK (stage IN ('planned', 'under_construction', 'in_service', 'retired')),
    available_from DATE,
    ownership      TEXT    NOT NULL,
    notice_party   TEXT    NOT NULL DEFAULT '',
    unit           TEXT    NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX cable_code ON cable (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX cable_own_code ON cable (code) WHERE dataset IS NULL;
CREATE INDEX cable_a ON cable (a);
CREATE INDEX cable_b ON cable (b);

-- The spans a cable section lies in, from a to b.
CREATE TABLE cable_route (
    cable BIGINT NOT NULL REFERENCES cable DEFERRABLE INITIALLY DEFERRED,
    seq   BIGINT NOT NULL,
    span  BIGINT NOT NULL REFERENCES span DEFERRABLE INITIALLY DEFERRED,
    bore  BIGINT,
    PRIMARY KEY (cable, seq)
);
CREATE INDEX cable_route_span ON cable_route (span);

-- Frames, splitters and network elements. Each offers its ports.
CREATE TABLE device (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    place          BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    kind           TEXT    NOT NULL,
    model          TEXT    NOT NULL DEFAULT '',
    free_board_slots BIGINT CHECK (free_board_slots >= 0),
    -- Life cycle, owner, keeper.
    stage          TEXT    NOT NULL CHECK (stage IN ('planned', 'under_construction', 'in_service', 'retired')),
    available_from DATE,
    ownership      TEXT    NOT NULL,
    notice_party   TEXT    NOT NULL DEFAULT '',
    unit           TEXT    NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX device_code ON device (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX device_own_code ON device (code) WHERE dataset IS NULL;
CREATE INDEX device_place ON device (place);

-- Consecutive ports of one kind in a device: a tray, a board.
CREATE TABLE port_block (
    device    BIGINT NOT NULL REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    seq       BIGINT NOT NULL,
    name      TEXT    NOT NULL,
    first     BIGINT NOT NULL CHECK (first >= 1),
    count     BIGINT NOT NULL CHECK (count >= 1),
    kind      TEXT    NOT NULL,
    interface TEXT    NOT NULL DEFAULT '',
    rate      TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (device, seq)
);

-- Range splices: `count` cores of one side joined one by one to cores or ports of the other.
CREATE TABLE splice (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    at             BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    a_cable        BIGINT REFERENCES cable DEFERRABLE INITIALLY DEFERRED,
    a_end          TEXT    CHECK (a_end IN ('a', 'b')),
    a_device       BIGINT REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    a_first        BIGINT NOT NULL CHECK (a_first >= 1),
    b_cable        BIGINT REFERENCES cable DEFERRABLE INITIALLY DEFERRED,
    b_end          TEXT    CHECK (b_end IN ('a', 'b')),
    b_device       BIGINT REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    b_first        BIGINT NOT NULL CHECK (b_first >= 1),
    count          BIGINT NOT NULL CHECK (count >= 1),
    method         TEXT    NOT NULL,
    CHECK ((a_cable IS NULL) <> (a_device IS NULL) AND (a_cable IS NULL) = (a_end IS NULL)),
    CHECK ((b_cable IS NULL) <> (b_device IS NULL) AND (b_cable IS NULL) = (b_end IS NULL))
);
CREATE UNIQUE INDEX splice_code ON splice (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX splice_own_code ON splice (code) WHERE dataset IS NULL;
CREATE INDEX splice_at ON splice (at);
CREATE INDEX splice_a_cable ON splice (a_cable) WHERE a_cable IS NOT NULL;
CREATE INDEX splice_a_device ON splice (a_device) WHERE a_device IS NOT NULL;
CREATE INDEX splice_b_cable ON splice (b_cable) WHERE b_cable IS NOT NULL;
CREATE INDEX splice_b_device ON splice (b_device) WHERE b_device IS NOT NULL;

-- Jumpers between two ports, from the front.
CREATE TABLE jumper (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    a_device       BIGINT NOT NULL REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    a_port         BIGINT NOT NULL,
    b_device       BIGINT NOT NULL REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    b_port         BIGINT NOT NULL
);
CREATE UNIQUE INDEX jumper_code ON jumper (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX jumper_own_code ON jumper (code) WHERE dataset IS NULL;
CREATE INDEX jumper_a_device ON jumper (a_device, a_port);
CREATE INDEX jumper_b_device ON jumper (b_device, b_port);

-- Owners of slots: optical routes, paths, circuits. What they hold is in `hop`.
CREATE TABLE trail (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    layer          TEXT    NOT NULL,
    -- 'AAA', 'AA', 'A', 'Plain'; null when none is sold.
    grade          TEXT,
    customer       TEXT    NOT NULL DEFAULT '',
    -- The reservation behind slots that are selected or reserved.
    reserved_order TEXT,
    reserved_user  TEXT,
    -- RFC 3339, to the nanosecond, which TIMESTAMPTZ would round; `reserved_until::timestamptz` compares.
    reserved_until TEXT,
    CHECK ((reserved_order IS NULL) = (reserved_user IS NULL) AND (reserved_order IS NULL) = (reserved_until IS NULL))
);
CREATE UNIQUE INDEX trail_code ON trail (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX trail_own_code ON trail (code) WHERE dataset IS NULL;

-- Ways of a trail: working, protection, member n of a virtual concatenation group.
CREATE TABLE leg (
    trail  BIGINT NOT NULL REFERENCES trail DEFERRABLE INITIALLY DEFERRED,
    leg    BIGINT NOT NULL,
    role   TEXT    NOT NULL CHECK (role IN ('working', 'protection', 'member')),
    member BIGINT CHECK ((member IS NOT NULL) = (role = 'member')),
    PRIMARY KEY (trail, leg)
);

-- Who holds what: one slot, or an amount, of one carrier (a span, cable, device or link). A numbered slot has
-- one owner: the unique indices say so even to a faulty program.
CREATE TABLE hop (
    trail  BIGINT NOT NULL,
    leg    BIGINT NOT NULL,
    seq    BIGINT NOT NULL,
    -- Strand: 0 and 1 for the two fibres of a pair.
    part   BIGINT NOT NULL,
    span   BIGINT REFERENCES span DEFERRABLE INITIALLY DEFERRED,
    cable  BIGINT REFERENCES cable DEFERRABLE INITIALLY DEFERRED,
    device BIGINT REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    link   BIGINT,
    slot   BIGINT CHECK (slot >= 1),
    amount BIGINT CHECK (amount >= 1),
    state  TEXT    NOT NULL CHECK (state IN ('selected', 'reserved', 'occupied', 'releasing', 'temporary')),
    PRIMARY KEY (trail, leg, seq),
    FOREIGN KEY (trail, leg) REFERENCES leg DEFERRABLE INITIALLY DEFERRED,
    CHECK (num_nonnulls(span, cable, device, link) = 1),
    CHECK ((slot IS NULL) <> (amount IS NULL))
);
CREATE UNIQUE INDEX hop_span_slot ON hop (span, slot) WHERE span IS NOT NULL;
CREATE UNIQUE INDEX hop_cable_slot ON hop (cable, slot) WHERE cable IS NOT NULL;
CREATE UNIQUE INDEX hop_device_slot ON hop (device, slot) WHERE device IS NOT NULL;
CREATE UNIQUE INDEX hop_link_slot ON hop (link, slot) WHERE link IS NOT NULL;

-- Links of the Fibre layer and above; spans and cable sections are the links below.
CREATE TABLE link (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    layer          TEXT    NOT NULL,
    a_device       BIGINT NOT NULL REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    a_port         BIGINT NOT NULL,
    z_device       BIGINT NOT NULL REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    z_port         BIGINT NOT NULL,
    -- 'exclusive': numbered slots 1..capacity; 'counted'; 'amount': capacity in kbit/s. Null where not recorded.
    discipline     TEXT    NOT NULL CHECK (discipline IN ('exclusive', 'counted', 'amount')),
    capacity       BIGINT CHECK (capacity >= 0),
    -- The trail that supports it.
    trail          BIGINT NOT NULL REFERENCES trail DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX link_code ON link (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX link_own_code ON link (code) WHERE dataset IS NULL;
CREATE INDEX link_a_device ON link (a_device, a_port);
CREATE INDEX link_z_device ON link (z_device, z_port);
CREATE INDEX link_trail ON link (trail);
ALTER TABLE hop ADD FOREIGN KEY (link) REFERENCES link DEFERRABLE INITIALLY DEFERRED;

-- Ownerless slots in a state other than idle, and faults beside an owner: slots first .. first + count - 1.
CREATE TABLE slot_mark (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    span   BIGINT REFERENCES span DEFERRABLE INITIALLY DEFERRED,
    cable  BIGINT REFERENCES cable DEFERRABLE INITIALLY DEFERRED,
    device BIGINT REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    link   BIGINT REFERENCES link DEFERRABLE INITIALLY DEFERRED,
    first          BIGINT NOT NULL CHECK (first >= 1),
    count          BIGINT NOT NULL CHECK (count >= 1),
    state          TEXT    NOT NULL,
    CHECK (num_nonnulls(span, cable, device, link) = 1)
);
CREATE UNIQUE INDEX slot_mark_code ON slot_mark (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX slot_mark_own_code ON slot_mark (code) WHERE dataset IS NULL;
CREATE INDEX slot_mark_span ON slot_mark (span) WHERE span IS NOT NULL;
CREATE INDEX slot_mark_cable ON slot_mark (cable) WHERE cable IS NOT NULL;
CREATE INDEX slot_mark_device ON slot_mark (device) WHERE device IS NOT NULL;
CREATE INDEX slot_mark_link ON slot_mark (link) WHERE link IS NOT NULL;

-- Standard addresses.
CREATE TABLE address (
    id             BIGINT PRIMARY KEY,
    revision       BIGINT NOT NULL,
    code           TEXT    NOT NULL CHECK (code <> ''),
    name           TEXT    NOT NULL DEFAULT '',
    dataset        BIGINT REFERENCES dataset DEFERRABLE INITIALLY DEFERRED,
    extra          JSON,
    text           TEXT    NOT NULL,
    lon_deg        DOUBLE PRECISION    CHECK (lon_deg BETWEEN -180 AND 180),
    lat_deg        DOUBLE PRECISION    CHECK (lat_deg BETWEEN -90 AND 90),
    -- The premises at this address, when plant already reaches it.
    premises       BIGINT REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    CHECK ((lon_deg IS NULL) = (lat_deg IS NULL))
);
CREATE UNIQUE INDEX address_code ON address (dataset, code) WHERE dataset IS NOT NULL;
CREATE UNIQUE INDEX address_own_code ON address (code) WHERE dataset IS NULL;
CREATE INDEX address_premises ON address (premises) WHERE premises IS NOT NULL;

-- The boxes and cabinets that list an address as covered.
CREATE TABLE address_coverage (
    address BIGINT NOT NULL REFERENCES address DEFERRABLE INITIALLY DEFERRED,
    seq     BIGINT NOT NULL,
    place   BIGINT NOT NULL REFERENCES place DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (address, seq)
);
CREATE INDEX address_coverage_place ON address_coverage (place);
