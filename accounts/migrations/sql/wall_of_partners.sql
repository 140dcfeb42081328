-- A partner sees of all partners itself alone.
ALTER TABLE accounts_partner ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_partner FORCE ROW LEVEL SECURITY;
CREATE POLICY partner_rows ON accounts_partner
    USING (id = NULLIF(current_setting('app.partner_id', true), '')::bigint)
    WITH CHECK (id = NULLIF(current_setting('app.partner_id', true), '')::bigint);
