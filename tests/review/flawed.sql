-- Identifiers with capitals and reserved words, a schema before a name, defaults in the way: what fixes stumble over.
CREATE SCHEMA shop;
CREATE TABLE shop.customers (
  id serial PRIMARY KEY,
  email varchar(255) UNIQUE,
  "Phone" bigint,
  password varchar(100),
  passport_number text,
  is_active char(1) DEFAULT 'Y' NOT NULL,
  has_card int DEFAULT 0,
  balance real DEFAULT 0,
  doc json,
  extra jsonb,
  photo bytea,
  tags text NOT NULL,
  created_at timestamp DEFAULT now(),
  birthday varchar(10),
  deleted_at timestamptz
);
CREATE TABLE "order" (
  "Id" serial PRIMARY KEY,
  customer_id int REFERENCES shop.customers (id) ON DELETE CASCADE,
  total money,
  amount varchar(20),
  status varchar(20) DEFAULT 'new',
  title char(60),
  note text
);
CREATE TABLE Order_Items (order_id int REFERENCES "order" ("Id"), product_id int, quantity int, percent int);
CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL, payload jsonb);
CREATE TABLE sessions (id varchar(36) PRIMARY KEY, epoch_at int, stamp_at text);
CREATE TABLE rooms (id bigint PRIMARY KEY, code text NOT NULL);
CREATE TABLE bookings (
  id bigint PRIMARY KEY,
  room_id bigint NOT NULL REFERENCES rooms (id),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL
);
CREATE TABLE likes (id bigint PRIMARY KEY, room_id bigint NOT NULL REFERENCES rooms (id), booking_id bigint NOT NULL REFERENCES bookings (id));
CREATE TABLE room_attributes (room_id bigint NOT NULL REFERENCES rooms (id), name text NOT NULL, value text);
CREATE TABLE projects (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE tasks (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects (id), label text, UNIQUE (id, label));
CREATE TABLE pay_grades (id bigint PRIMARY KEY, room_id bigint NOT NULL);
CREATE TABLE log (message text, "at" timestamp NOT NULL);
CREATE INDEX by_customer ON "order" (customer_id);
CREATE INDEX "By_customer_status" ON "order" (customer_id, status);
CREATE INDEX by_card ON shop.customers (is_active);
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
SELECT * FROM "order" WHERE note LIKE '%gift%';
SELECT id FROM events WHERE payload->>'kind' = 'x';
SELECT "Id" FROM "order" WHERE status = 'new' AND note = 'x' ORDER BY total;
