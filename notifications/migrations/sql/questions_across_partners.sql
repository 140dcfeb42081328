-- Asked by the delivery task; ids only. An instant further ahead than any wait lasts was written
-- before the clock was set back.
CREATE FUNCTION due_messages(at_time timestamptz, stuck_since timestamptz, at_most integer)
    RETURNS TABLE (partner_id bigint, message_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT partner_id, id FROM notifications_message
        WHERE (state = 'due' AND (not_before <= at_time OR not_before > at_time + interval '12 hours'))
           OR (state = 'sending'
               AND (claimed_at < stuck_since OR claimed_at > at_time + (at_time - stuck_since)))
        ORDER BY not_before, id LIMIT at_most
    $$;

-- Asked by the operator's page: numbers only.
CREATE FUNCTION unsent_messages(OUT waiting bigint, OUT oldest timestamptz, OUT given_up bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$
        SELECT count(*) FILTER (WHERE state <> 'failed'), min(created_at) FILTER (WHERE state <> 'failed'),
            count(*) FILTER (WHERE state = 'failed')
        FROM notifications_message WHERE state <> 'sent'
    $$;
