-- What has been applied to this database: "tshopctl migrate" makes these two
-- tables before anything else, and writes a row with each file it applies.
CREATE TABLE schema_migrations (
    number     integer     PRIMARY KEY CHECK (number > 0),
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    checksum   text        NOT NULL CHECK (length(checksum) = 64), -- SHA-256 of the file
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Files of views and functions, replayed whole whenever they change.
CREATE TABLE schema_views (
    name       text        PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 100),
    checksum   text        NOT NULL CHECK (length(checksum) = 64),
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Workers ask which schema they are on.
GRANT SELECT ON schema_migrations, schema_views TO tshop_app, tshop_jobs, tshop_readonly;
