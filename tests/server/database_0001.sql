-- A database of the first version, with rows in every table.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE decision (
	tenant VARCHAR(128) NOT NULL, 
	id VARCHAR(128) NOT NULL, 
	created_micros BIGINT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (tenant, id)
);
INSERT INTO "decision" VALUES('t','d',1,X'6465636973696F6E');
CREATE TABLE decision_part (
	tenant VARCHAR(128) NOT NULL, 
	decision_id VARCHAR(128) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	first_row INTEGER NOT NULL, 
	rows INTEGER NOT NULL, 
	first_key TEXT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (tenant, decision_id, kind, first_row), 
	CONSTRAINT fk_decision_part_decision FOREIGN KEY(tenant, decision_id) REFERENCES decision (tenant, id) ON DELETE CASCADE
);
INSERT INTO "decision_part" VALUES('t','d','line_columns',0,1,'L',X'70617274');
CREATE TABLE operation (
	tenant VARCHAR(128) NOT NULL, 
	id VARCHAR(128) NOT NULL, 
	done BOOLEAN NOT NULL, 
	"full" BOOLEAN NOT NULL, 
	created_micros BIGINT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (tenant, id)
);
INSERT INTO "operation" VALUES('t','o',1,1,1,X'6F7065726174696F6E');
INSERT INTO "operation" VALUES('t','s',1,0,1,X'73686F7274');
CREATE TABLE operation_event (
	tenant VARCHAR(128) NOT NULL, 
	operation_id VARCHAR(128) NOT NULL, 
	sequence INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (tenant, operation_id, sequence), 
	CONSTRAINT fk_operation_event_operation FOREIGN KEY(tenant, operation_id) REFERENCES operation (tenant, id) ON DELETE CASCADE
);
INSERT INTO "operation_event" VALUES('t','o',1,X'6669727374');
INSERT INTO "operation_event" VALUES('t','o',2,X'7365636F6E64');
CREATE TABLE request (
	tenant VARCHAR(128) NOT NULL, 
	method VARCHAR(128) NOT NULL, 
	request_id VARCHAR(128) NOT NULL, 
	digest BLOB NOT NULL, 
	created_micros BIGINT NOT NULL, 
	answer VARCHAR(400) NOT NULL, 
	PRIMARY KEY (tenant, method, request_id)
);
INSERT INTO "request" VALUES('t','m','r',X'646967657374',1,'name');
CREATE TABLE snapshot (
	tenant VARCHAR(128) NOT NULL, 
	id VARCHAR(128) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	created_micros BIGINT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (tenant, id), 
	CONSTRAINT uq_snapshot_digest UNIQUE (tenant, digest)
);
INSERT INTO "snapshot" VALUES('t','s','d',42,X'736E617073686F74');
CREATE TABLE snapshot_part (
	tenant VARCHAR(128) NOT NULL, 
	snapshot_id VARCHAR(128) NOT NULL, 
	sequence INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (tenant, snapshot_id, sequence), 
	CONSTRAINT fk_snapshot_part_snapshot FOREIGN KEY(tenant, snapshot_id) REFERENCES snapshot (tenant, id) ON DELETE CASCADE
);
INSERT INTO "snapshot_part" VALUES('t','s',0,X'6F6E65');
INSERT INTO "snapshot_part" VALUES('t','s',1,X'74776F');
COMMIT;
