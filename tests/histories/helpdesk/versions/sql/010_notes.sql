CREATE TABLE notes (
    ticket_id integer NOT NULL REFERENCES tickets ON DELETE CASCADE,
    written_at timestamptz DEFAULT now(),
    note text,
    PRIMARY KEY (ticket_id, written_at)
) ;
CREATE INDEX ix_notes_note ON notes USING gin (to_tsvector('english', note));
