-- The rows of a large partner: the database makes each of a number, so they come out the same every time.
-- A statement takes the sizes and ids that rows.py names, and the first ids of the tables filled before it.
-- Customer n subscribes to 12 things: 9 seats by the month, 2 of Azure, 1 seat by the year.

-- name: customers
INSERT INTO customers_customer (partner_id, source_id, external_id, company_id, name, domain, email, active,
    first_seen_at, last_seen_at)
SELECT %(partner)s, %(source)s, '4f0c0000-0000-4000-8000-' || lpad(n::text, 12, '0'), '',
    'Sample ' || (ARRAY['Bakery','Dental','Logistics','Law','Garden','Marine','Optics','Print','Roofing','Studio',
    'Travel','Vet','Works','Foods','Clinic','Motors','Energy'])[1 + n %% 17] || ' ' || lpad((n * 7919 %% 100000)::text, 5, '0'), 'sample' || n || '.example',
    'office@sample' || n || '.example', true, %(now)s, %(now)s
FROM generate_series(0, %(customers)s - 1) n;

-- name: products
INSERT INTO products_product (partner_id, source_id, key, product_id, sku, name, description, term, billing_cycle,
    cadence, unit_cost, unit_retail, in_price_list, ambiguous, first_seen_at)
SELECT %(partner)s, %(source)s, 'cfqsample' || n || '|1|1 month', 'sample-product-' || n, 'CFQSAMPLE' || n,
    'Sample ' || (ARRAY['Mail','Office','Phone','Shield','Storage','Meeting','Report'])[1 + n %% 7] || ' Plan ' || n,
    '', CASE WHEN n %% 12 < 11 THEN '1 Month' ELSE '1 Year' END, CASE WHEN n %% 12 < 11 THEN 'Monthly' ELSE 'Annual' END,
    CASE WHEN n %% 12 < 9 THEN 'monthly' WHEN n %% 12 < 11 THEN 'usage' ELSE 'annual' END,
    (100 + n %% 900) / 100.0 * 8.5, (100 + n %% 900) / 10.0, n %% 97 <> 0, n %% 499 = 0, %(now)s
FROM generate_series(0, %(products)s - 1) n;

-- name: target_products
INSERT INTO products_targetproduct (partner_id, target_id, external_id, name, code, cost, retail, taxable, disabled,
    gone, read_at)
SELECT %(partner)s, %(target)s, 900 + n, 'Sample product ' || n, 'CFQSAMPLE' || n,
    round((100 + n %% 900) / 100.0 * 8.5, 2), round((100 + n %% 900) / 10.0, 2) + (n %% 11 = 0)::int, true, false,
    n %% 501 = 0, %(now)s
FROM generate_series(0, %(products)s - 1) n WHERE n %% 5 < 3;

-- name: links
INSERT INTO products_productlink (partner_id, product_id, target_id, external_id, adopted, linked_at)
SELECT %(partner)s, %(product_base)s + n, %(target)s, 900 + n, n %% 50 = 0, %(now)s
FROM generate_series(0, %(products)s - 1) n WHERE n %% 5 < 3;

-- name: subscriptions
INSERT INTO customers_subscription (partner_id, source_id, external_id, customer_id, product_ref, term, billing_cycle,
    cadence, status, last_seen_at)
SELECT %(partner)s, %(source)s, '5b000000-0000-4000-8000-' || lpad(s::text, 12, '0'), %(customer_base)s + s / 12,
    'sample-product-' || (s::bigint * 7919 %% %(products)s), '1 Month', 'Monthly',
    CASE WHEN s %% 12 < 9 THEN 'monthly' WHEN s %% 12 < 11 THEN 'usage' ELSE 'annual' END, 'active', %(now)s
FROM generate_series(0, 12 * %(customers)s - 1) s;

-- name: target_customers
INSERT INTO customers_targetcustomer (partner_id, target_id, external_id, name, email, phone, address, disabled, gone)
SELECT %(partner)s, %(target)s, 100 + n, 'Sample ' || (ARRAY['Bakery','Dental','Logistics','Law','Garden','Marine','Optics','Print','Roofing','Studio',
    'Travel','Vet','Works','Foods','Clinic','Motors','Energy'])[1 + n %% 17] || ' ' || lpad((n * 7919 %% 100000)::text, 5, '0') || ' Inc',
    'billing@sample' || n || '.example', '', '', false, n %% 401 = 0
FROM generate_series(0, %(customers)s - 1) n;

-- name: templates
INSERT INTO customers_template (partner_id, target_id, external_id, customer_external_id, name, frequency, next_run,
    paused, lines, gone, read_at)
SELECT %(partner)s, %(target)s, 50000 + n, 100 + n, 'Monthly services', 'Monthly', DATE '2026-12-01', n %% 23 = 0,
    (SELECT jsonb_agg(jsonb_build_object('line_id', (n * 12 + k)::text, 'template_id', (50000 + n)::text, 'product_id', (900 + k)::text,
        'name', 'Sample line ' || k, 'description', 'Sample line ' || k, 'quantity', '5', 'retail_cents', 1000,
        'cost_cents', 850, 'taxable', true, 'one_time', false, 'position', k, 'counted_by_target', false))
     FROM generate_series(1, 10) k), false, %(now)s
FROM generate_series(0, %(customers)s - 1) n;

-- name: mappings
INSERT INTO customers_mapping (partner_id, program_id, customer_id, motion, target_customer_id, template_id, pricing,
    sync_on, first_month, created_at, updated_at)
SELECT %(partner)s, %(program)s, %(customer_base)s + n, motion, %(target_customer_base)s + n, %(template_base)s + n,
    'cost_and_retail', n %% 17 <> 0, DATE '2025-11-01', %(now)s, %(now)s
FROM generate_series(0, %(customers)s - 1) n, unnest(ARRAY['seat_monthly', 'azure_plan', 'seat_annual']) motion
WHERE n %% 5 <> 0;

-- name: invoices
INSERT INTO invoices_sourceinvoice (partner_id, source_id, program_slug, external_id, number, program_name, month,
    currency, header_hash, content_hash, state, past, reversal, overlap_choice, changed_hash, row_count, charged_cost,
    charged_retail, imported_at)
SELECT %(partner)s, %(source)s, 'microsoft-csp', 'sample-' || m, (1000000 + m)::text, 'Microsoft CSP Indirect',
    (DATE '2025-11-01' + m * interval '1 month')::date, 'USD', '', 'sample', 'counted', false, false, '', '',
    12 * %(customers)s, 0, 0, %(now)s
FROM generate_series(0, 11) m;

-- name: charges
-- Every 1,000th row fits no rule, every 400th is a credit. One statement a month.
INSERT INTO invoices_charge (partner_id, invoice_id, line, raw, kind, motion, customer_id, subscription_id,
    subscription_ref, product_id, product_name, period, start, "end", quantity, unit_cost, unit_retail, ratio, cost, retail,
    problem, first_day, last_day)
SELECT %(partner)s, %(invoice)s, s + 2,
    jsonb_build_object('CompanyName', 'Sample Reseller', 'DomainName', 'sample' || s / 12 || '.example',
        'SubscriptionId', '5b000000-0000-4000-8000-' || lpad(s::text, 12, '0'), 'ProductName', 'Sample Plan ' || s %% 700,
        'ChargeStartDate', month, 'ChargeType', 'Cycle fee', 'UnitPrice', '8.50', 'UnitPriceRrp', '10.00',
        'Quantity', quantity::text, 'SubTotal', (amount * 0.85)::text, 'SubTotalRrp', amount::text, 'CustomerName', 'Sample ' || s / 12),
    CASE WHEN s %% 1000 = 1 THEN 'unknown' WHEN s %% 400 = 0 THEN 'credit' WHEN s %% 12 IN (9, 10) THEN 'usage'
         ELSE 'recurring' END,
    CASE WHEN s %% 1000 = 1 THEN '' ELSE CASE WHEN s %% 12 < 9 THEN 'seat_monthly' WHEN s %% 12 < 11 THEN 'azure_plan' ELSE 'seat_annual' END END,
    CASE WHEN s %% 1000 = 1 THEN NULL ELSE %(customer_base)s + s / 12 END,
    CASE WHEN s %% 1000 = 1 THEN NULL ELSE %(subscription_base)s + s END,
    '5b000000-0000-4000-8000-' || lpad(s::text, 12, '0'), %(product_base)s + s::bigint * 7919 %% %(products)s,
    'Sample Plan ' || s %% 700, to_char(month, 'YYYY-MM'), month, month + interval '1 month' - interval '1 second',
    quantity, 8.5, 10, 1, amount * 0.85, amount, CASE WHEN s %% 1000 = 1 THEN 'The row names no subscription.' ELSE '' END,
    month, (month + interval '1 month' - interval '1 day')::date
FROM (SELECT s, 1 + s %% 40 AS quantity, %(month)s::date AS month,
        (CASE WHEN s %% 400 = 0 THEN -1 ELSE 1 END * (1 + s %% 40) * 10.0)::numeric(12, 2) AS amount
      FROM generate_series(0, 12 * %(customers)s - 1) s) made;

-- name: invoice_sums
UPDATE invoices_sourceinvoice invoice SET charged_cost = sums.cost, charged_retail = sums.retail
FROM (SELECT invoice_id, sum(cost) AS cost, sum(retail) AS retail FROM invoices_charge
      WHERE partner_id = %(partner)s GROUP BY invoice_id) sums
WHERE sums.invoice_id = invoice.id;

-- name: postings
INSERT INTO syncs_posting (partner_id, program_id, customer_id, subscription_id, motion, period, fingerprint, template_id,
    charge_count, source_cost, source_retail, rounding_cost, rounding_retail, unit_cost, unit_retail, updated_at)
SELECT charge.partner_id, %(program)s, charge.customer_id, charge.subscription_id, charge.motion, charge.period, 'sample',
    50000 + charge.customer_id - %(customer_base)s, 1, charge.cost, charge.retail, 0, 0, 8.5, 10, %(now)s
FROM invoices_charge charge
WHERE charge.invoice_id = %(invoice)s AND charge.customer_id IS NOT NULL
    AND (charge.customer_id - %(customer_base)s) %% 5 <> 0;

-- name: parts
INSERT INTO syncs_part (partner_id, posting_id, role, mark, state, cost, retail, rules_cost, rules_retail, reason)
SELECT partner_id, id, CASE motion WHEN 'seat_monthly' THEN 'recurring' WHEN 'azure_plan' THEN 'usage' ELSE 'charge' END,
    'BS:P' || subscription_id, CASE WHEN source_retail < 0 THEN 'held' WHEN period = '2026-10' THEN 'synced' ELSE 'billed' END,
    source_cost, source_retail, 0, 0, ''
FROM syncs_posting WHERE partner_id = %(partner)s AND period = to_char(%(month)s::date, 'YYYY-MM');

-- name: lines
INSERT INTO syncs_line (partner_id, program_id, target_id, template_id, line_id, mark, role, motion, customer_id, subscription_id,
    period, product_id, target_product_id, quantity, retail_cents, cost_cents, state, written_at)
SELECT %(partner)s, %(program)s, %(target)s, 50000 + s / 12, 700000 + s, 'BS:L' || s, 'recurring', CASE WHEN s %% 12 < 9 THEN 'seat_monthly' WHEN s %% 12 < 11 THEN 'azure_plan' ELSE 'seat_annual' END, %(customer_base)s + s / 12,
    %(subscription_base)s + s, '', %(product_base)s + s::bigint * 7919 %% %(products)s, 900, 5, 1000, 850, 'standing', %(now)s
FROM generate_series(0, 12 * %(customers)s - 1) s WHERE s / 12 %% 5 <> 0;

-- name: runs
-- Day d has run 2d of products and 2d + 1 of billing.
INSERT INTO syncs_run (partner_id, program_id, kind, state, status, preview, started_by, created_at, started_at,
    finished_at, heartbeat_at, done, total, counts, api_calls, messages, waiting_for, basis, attempts, approved,
    cancel_requested, error, error_detail)
SELECT %(partner)s, %(program)s, CASE WHEN r %% 2 = 0 THEN 'products' ELSE 'billing' END, 'finished',
    CASE WHEN r %% 37 = 0 THEN 'error' WHEN r %% 11 = 0 THEN 'warning' ELSE 'success' END, false, 'Schedule', at, at,
    at + interval '4 minutes', at + interval '4 minutes', 195, 195, '{"created": 20, "updated": 175}',
    '{"syncro": {"GET": 12, "PUT": 175, "POST": 20}}', '[]', '', '{}', 0, false, false, '', ''
FROM (SELECT r, %(now)s::timestamptz - (%(days)s - r / 2) * interval '1 day' + r %% 2 * interval '1 hour' AS at
      FROM generate_series(0, 2 * %(days)s - 1) r) made;

-- name: changes
-- The billing run of every 30th day has 30,000 changes (or `monthly`), the others share the rest.
INSERT INTO syncs_change (partner_id, program_id, run_id, position, action, state, what, reason, before, after, retail, cost,
    product_id, product_key, target_product_id, customer_id, subscription_id, motion, role, period, mark, template_id,
    line_id, hold, subject, charge_ids, sent_at, attempts, error, error_detail)
SELECT %(partner)s, %(program)s, %(run_base)s + r, place,
    CASE WHEN r %% 2 = 0 THEN 'update_prices' WHEN c %% 10 = 3 THEN 'keep' WHEN c %% 10 = 5 THEN 'add_line' ELSE 'change_line' END,
    CASE WHEN held THEN 'held' WHEN c %% 997 = 0 THEN 'failed' ELSE 'done' END,
    'Sample customer ' || s / 12 || ': Sample Plan ' || s %% 700, CASE WHEN held THEN 'A line with this product is there.' ELSE '' END,
    '{"name": "Sample Plan", "quantity": "5", "retail": "10.00", "cost": "8.50", "taxable": true, "one_time": false}',
    '{"name": "Sample Plan", "quantity": "7", "retail": "10.00", "cost": "8.50", "taxable": true, "one_time": false, "product_id": "905"}',
    20, 17, %(product_base)s + s::bigint * 7919 %% %(products)s, 'cfqsample' || s %% 700 || '|1|1 month', 900 + s %% 700,
    CASE WHEN r %% 2 = 0 THEN NULL ELSE %(customer_base)s + s / 12 END,
    CASE WHEN r %% 2 = 0 THEN NULL ELSE %(subscription_base)s + s END,
    CASE WHEN r %% 2 = 0 THEN '' ELSE CASE WHEN s %% 12 < 9 THEN 'seat_monthly' WHEN s %% 12 < 11 THEN 'azure_plan' ELSE 'seat_annual' END END, CASE WHEN r %% 2 = 0 THEN '' ELSE 'recurring' END, '', 'BS:C' || s,
    CASE WHEN r %% 2 = 0 THEN NULL ELSE 50000 + s / 12 END, NULL, CASE WHEN held THEN 'conflict' ELSE '' END,
    CASE WHEN held THEN 'conflict:' || c ELSE '' END, '[]', %(now)s, 1,
    CASE WHEN c %% 997 = 0 THEN 'The target refused the quantity.' ELSE '' END, ''
FROM (SELECT c, r, place, (c::bigint * 31 %% (12 * %(customers)s))::int AS s, r %% 2 = 1 AND c %% 500 = 7 AS held
      FROM (SELECT c, 1 + 60 * (c / %(monthly)s) AS r, 1 + c %% %(monthly)s AS place
            FROM generate_series(0, %(months)s * %(monthly)s - 1) c
            UNION ALL
            SELECT c, rest.r, 1 + (c - %(months)s * %(monthly)s) / %(ordinary)s
            FROM generate_series(%(months)s * %(monthly)s, %(changes)s - 1) c
            JOIN (SELECT r, row_number() OVER (ORDER BY r) - 1 AS place FROM generate_series(0, 2 * %(days)s - 1) r
                  WHERE r %% 60 <> 1 OR r / 60 >= %(months)s) rest
            ON rest.place = (c - %(months)s * %(monthly)s) %% %(ordinary)s) placed) made;

-- name: findings
INSERT INTO syncs_finding (partner_id, program_id, run_kind, fingerprint, severity, code, subject, text, cure, facts,
    customer_id, retail, first_run_id, last_run_id, opened_at, closed_at)
SELECT %(partner)s, %(program)s, 'billing', 'sample-' || f, CASE WHEN f %% 9 = 0 THEN 'error' ELSE 'warning' END,
    CASE f %% 4 WHEN 0 THEN 'paused' WHEN 1 THEN 'conflict' ELSE 'credit' END,
    CASE f %% 4 WHEN 0 THEN '' WHEN 1 THEN 'conflict:' || 500 * f + 7 ELSE 'credit:sample' || f END,
    'Sample customer ' || f %% %(customers)s || ': something waits for a person.', 'Decide about it in the inbox.', '{}',
    %(customer_base)s + f %% %(customers)s, (f %% 900) / 10.0, %(run_base)s, %(run_base)s + 2 * %(days)s - 1,
    %(now)s, CASE WHEN f < %(findings)s / 5 THEN NULL ELSE %(now)s::timestamptz END
FROM generate_series(0, %(findings)s - 1) f;

-- name: audit
INSERT INTO core_auditentry (partner_id, at, actor_name, action, text)
SELECT %(partner)s, %(now)s::timestamptz - n * interval '20 minutes', 'sample' || n %% 7 || '@large.example', 'mapping.saved',
    'Sample customer ' || n %% %(customers)s || ' was mapped'
FROM generate_series(0, %(audited)s - 1) n;
