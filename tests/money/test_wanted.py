"""What each motion asks for on the template."""

from __future__ import annotations

from tests.bookkeeping.proving import prove

# --- Seat Based Monthly ---------------------------------------------------------------------------


def test_monthly_is_one_recurring_line() -> None:
    prove("""
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          done  | line             | kind      | seats | cost  | retail | total
          added | Business Premium | recurring |    10 | 10.00 |  12.00 | 120.00
          charged 120.00 = synced 120.00
    """)


def test_new_line_takes_product_and_tax_flag_of_its_product() -> None:
    prove("""
        subscription s2: product Premium with tax
        product Premium with tax: taxed yes
        invoice I1 for Oct 2026
          subscription | seats
          s1           | 10
          s2           | 5
        sync
          line             | kind      | seats | product          | taxed
          Business Premium | recurring |    10 | Business Premium | no
          Premium with tax | recurring |     5 | Premium with tax | yes
    """)


def test_added_seats_are_an_adjustment_written_before_the_recurring_line() -> None:
    prove("""
        invoice I1 for Oct 2026
          subscription | from   | seats | ratio
          s1           | 1 Oct  |    10 |
          s1           | 16 Oct |     2 |   0.5
          s2           | 1 Oct  |     5 |
          s2           | 16 Oct |     1 |   0.5
        sync, in this order
          done  | subscription | line                                    | kind      | seats | cost   | retail | total
          added | s1           | Business Premium (adjustment, Oct 2026) | once      |     1 | -10.00 | -12.00 | -12.00
          added | s2           | Business Premium (adjustment, Oct 2026) | once      |     1 |  -5.00 |  -6.00 |  -6.00
          added | s1           | Business Premium                        | recurring |    12 |  10.00 |  12.00 | 144.00
          added | s2           | Business Premium                        | recurring |     6 |  10.00 |  12.00 |  72.00
          charged 198.00 = synced 198.00
          charged cost 165.00 = synced 165.00
    """)


def test_adjustment_says_so_and_names_its_period() -> None:
    prove("""
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          line                                    | kind      | description
          Business Premium (adjustment, Oct 2026) | once      | Adjustment, Oct 2026: Business Premium [mark]
          Business Premium                        | recurring | Business Premium [mark]
    """)


def test_quantity_style_bills_decimal_seats() -> None:
    prove("""
        settings: prorations quantity
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          line             | kind      | seats | cost  | retail | total
          Business Premium | recurring |    11 | 10.00 |  12.00 | 132.00
          charged 132.00 = synced 132.00
        invoice I2 for Nov 2026
          from   | seats | ratio
          1 Nov  |    10 |
          13 Nov |     2 |   0.6
        sync, among others
          line             | kind      | seats | cost  | retail | total
          Business Premium | recurring |  11.2 | 10.00 |  12.00 | 134.40
          says not billed
    """)


def test_warn_style_excludes_the_difference_and_says_so() -> None:
    prove("""
        settings: prorations warn, negative lines refused
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          done  | line             | kind      | seats | retail | total
          added | Business Premium | recurring |    12 |  12.00 | 144.00
          charged 132.00 = synced 144.00 - excluded 12.00
          excluded because Prorations: warn only
          says excluded
    """)


def test_refused_negatives_fall_back_with_a_warning() -> None:
    prove("""
        settings: negative lines refused
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          11 Oct |     2 |  0.65
        sync
          done  | line             | kind      | seats | retail | total
          added | Business Premium | recurring |  11.3 |  12.00 | 135.60
          charged 135.60 = synced 135.60
          says decimal quantity
    """)


def test_seats_that_came_down_to_none_bill_what_was_used_and_leave_no_line() -> None:
    prove("""
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |   -10 |   0.5
        sync
          done  | line                                    | kind | seats | cost  | retail
          added | Business Premium (adjustment, Oct 2026) | once |     1 | 50.00 |  60.00
    """)


def test_quantity_below_zero_is_held_whole() -> None:
    prove("""
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |     2 |
          31 Oct |    -3 |  0.03
        sync
          done  | line             | total
          waits | Business Premium | 22.92
          charged 22.92 = held 22.92
          charged cost 19.10 = held 19.10
          says quantity
    """)


def test_rows_of_a_month_before_are_one_adjustment() -> None:
    prove("""
        invoice I1 for Oct 2026
          from  | to     | seats
          1 Sep | 30 Sep |     3
          1 Oct | 31 Oct |     2
        sync
          done  | line                                    | kind      | seats |  cost | retail
          added | Business Premium (adjustment, Sep 2026) | once      |     1 | 30.00 |  36.00
          added | Business Premium                        | recurring |     2 | 10.00 |  12.00
          says nothing
    """)


def test_older_month_that_never_stood_on_a_line_is_billed_once_and_a_free_one_needs_no_line() -> None:
    prove("""
        mapping monthly: from Sep 2026
        invoice I1 for Sep 2026
          subscription | seats | cost  | retail
          s1           |     3 | 10.00 |  12.00
          free         |     3 |  0.00 |   0.00
        invoice I2 for Oct 2026
          subscription | seats
          s1           |     1
          s2           |     1
        sync
          done  | subscription | line                                    | kind      | total
          added | s1           | Business Premium (adjustment, Sep 2026) | once      | 36.00
          added | s1           | Business Premium                        | recurring | 12.00
          added | s2           | Business Premium                        | recurring | 12.00
          charged of Sep 2026 36.00 = synced 36.00
    """)


def test_applied_proposal_is_a_one_time_line() -> None:
    prove("""
        invoice I1 for Sep 2026
          | seats
          |     3
        sync
        invoice I2 for Oct 2026
          | seats
          |     1
        sync
          done    | line             | kind      | total
          waits   | Business Premium | once      | 36.00
          changed | Business Premium | recurring | 12.00
          says not billed
        decide apply
        sync
          done  | line             | kind      | seats | cost  | retail
          added | Business Premium | once      |     1 | 30.00 |  36.00
          stays | Business Premium | recurring |     1 | 10.00 |  12.00
          charged of Sep 2026 36.00 = synced 36.00
    """)


# --- Azure Plan -----------------------------------------------------------------------------------


def test_azure_is_one_one_time_line_of_its_amounts() -> None:
    prove("""
        subscription a1: cycle usage, product Azure plan
        invoice I1 for Oct 2026
          subscription | seats | cost amount | amount
          a1           | 31.7  |    101.2345 | 121.005
          a1           | 1     |       10.00 |   12.00
        sync
          done  | template          | line       | kind | seats | cost   | retail
          added | Northwind azure   | Azure plan | once |     1 | 111.23 | 133.01
          charged 133.005 = synced 133.01 - rounding 0.005
          charged cost 111.2345 = synced 111.23 + rounding 0.0045
    """)


def test_azure_of_nothing_writes_nothing() -> None:
    prove("""
        subscription a1: cycle usage
        subscription a2: cycle usage
        invoice I1 for Oct 2026
          subscription | cost amount | amount
          a1           |       0.005 | 0.00
          a2           |       0.004 | 0.00
        sync
          done  | subscription | line             | cost | retail
          added | a1           | Business Premium | 0.01 |   0.00
          charged cost 0.009 = synced 0.01 - rounding 0.001
    """)


# --- Seat Based Annual ----------------------------------------------------------------------------


def test_annual_is_one_line_per_charge() -> None:
    prove("""
        subscription y1: cycle Annual
        invoice I1 for Oct 2026
          subscription | from  | to          | seats | cost  | retail
          y1           | 1 Oct | 30 Sep 2027 |     2 | 10.00 | 120.00
          y1           | 1 Oct | 30 Sep 2027 |     3 | 10.00 | 100.00
        sync
          template         | line             | kind | seats | cost  | retail
          Northwind annual | Business Premium | once |     2 | 10.00 | 120.00
          Northwind annual | Business Premium | once |     3 | 10.00 | 100.00
          charged 540.00 = synced 540.00
    """)


def test_annual_amounts_finer_than_a_cent_are_rounded_line_by_line() -> None:
    prove("""
        subscription y1: cycle Annual
        invoice I1 for Oct 2026
          subscription | from  | to          | cost amount | amount
          y1           | 1 Oct | 30 Sep 2027 |      80.005 | 100.004
          y1           | 1 Oct | 30 Sep 2027 |      80.005 | 100.003
        sync
          line             | kind | cost  | retail
          Business Premium | once | 80.01 | 100.00
          Business Premium | once | 80.01 | 100.00
          charged 200.007 = synced 200.00 + rounding 0.007
          charged cost 160.01 = synced 160.02 - rounding 0.01
    """)


def test_prorated_annual_charge_is_its_amount_with_the_explanation() -> None:
    prove("""
        subscription y1: cycle Annual
        invoice I1 for Oct 2026
          subscription | from  | to          | seats | ratio
          y1           | 1 Oct | 31 Mar 2027 |    10 |   0.5
        sync
          line             | seats | cost  | retail | description
          Business Premium |     1 | 50.00 |  60.00 | Business Premium, 01 Oct 2026 to 31 Mar 2027, 10 x ratio 0.5 [mark]
    """)  # noqa: E501


def test_prorated_annual_charge_counts_the_lines_own_price_for_its_share() -> None:
    prove("""
        subscription y1: cycle Annual
        product Business Premium: cost 9.00, retail 20.00
        mapping annual: pricing only cost
        invoice I1 for Oct 2026
          subscription | from  | to          | seats | ratio
          y1           | 1 Oct | 31 Mar 2027 |    10 |   0.5
        sync
          line             | kind | seats | cost  | retail
          Business Premium | once |     1 | 50.00 | 100.00
    """)


def test_annual_refund_is_netted_where_negative_amounts_are_refused() -> None:
    prove("""
        subscription y1: cycle Annual
        settings: negative lines refused
        invoice I1 for Oct 2026
          subscription | from  | to          | seats
          y1           | 1 Oct | 30 Sep 2027 |    10
          y1           | 1 Oct | 30 Sep 2027 |    -4
        sync
          line             | kind | seats | cost  | retail
          Business Premium | once |     1 | 60.00 |  72.00
          charged 72.00 = synced 72.00
    """)


# --- Products -------------------------------------------------------------------------------------


def test_charge_without_product_fails_and_is_named() -> None:
    prove("""
        subscription s2: product Premium
        product Premium: problem "Two products match"
        invoice I1 for Oct 2026
          subscription | seats
          s1           | 5
          s2           | 10
        sync
          done  | line             | total
          added | Business Premium | 60.00
          charged 180.00 = synced 60.00 + failed 120.00
          failed because Two products match
          says product: Northwind: Two products match
    """)


def test_line_without_product_link_is_written_and_warned_about_until_it_has_one() -> None:
    month = prove("""
        product Business Premium: target never
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          done  | line             | total  | product
          added | Business Premium | 120.00 |
          says no product
        sync
          done  | line             | total  | product
          stays | Business Premium | 120.00 |
          says no product
    """)
    assert month.last is not None
    assert month.last.plan.changes == []


def test_link_that_is_missing_is_set_at_the_next_sync() -> None:
    prove("""
        product Business Premium: target never
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
        product Business Premium: target made
        sync
          done    | line             | total  | product
          changed | Business Premium | 120.00 | Business Premium
          says nothing
        sync
          done  | line             | total  | product
          stays | Business Premium | 120.00 | Business Premium
          says nothing
    """)


def test_line_of_a_product_made_again_follows_at_the_next_sync() -> None:
    prove("""
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
        product Business Premium: target made again
        sync
          done    | line             | total  | product
          changed | Business Premium | 120.00 | Business Premium
    """)


def test_periods_of_two_months_are_told_apart() -> None:
    prove("""
        invoice I1 for Oct 2026
          from  | to     | seats
          1 Sep | 30 Sep |     3
          1 Oct | 31 Oct |    10
        sync
          line                                    | kind      | total
          Business Premium (adjustment, Sep 2026) | once      |  36.00
          Business Premium                        | recurring | 120.00
          charged of Sep 2026 36.00 = synced 36.00
          charged of Oct 2026 120.00 = synced 120.00
    """)
