//! Proof that history means the same tomorrow. The library holds what its tests share; no other crate uses it.
//!
//! The stories that its tests tell, each the name of a test:
//!
//! - `workers`: `a_kind_exists_once_its_catalogue_is_in_force`, `one_identity_document_is_one_file`,
//!   `an_employment_from_plan_to_end`, `a_minor_does_not_work_with_radiation`, `the_worker_asks_for_a_correction`
//! - `doses`: `a_hospital_does_not_measure_itself`, `a_corrected_result_that_crosses_a_year_end_moves_both_years`,
//!   `a_lost_badge_has_no_dose_until_a_nominal_one_is_assigned`,
//!   `a_quarter_filed_twice_with_other_values_is_refused_and_the_first_stands`,
//!   `a_rejected_result_makes_room_for_another`, `two_badges_at_one_worker_count_once_and_the_block_is_fixed`,
//!   `a_worker_with_two_employers_has_one_sum`, `what_a_report_announces_is_compared_with_its_results`
//! - `exams`: `a_report_on_its_way_to_the_worker`, `a_worker_without_an_account_signs_on_paper`, `what_a_report_may_not_say`,
//!   `who_does_not_examine_reports_nothing`, `what_was_missing_and_what_was_wrong`,
//!   `a_reexamination_concludes_what_was_left_open`, `a_suspected_disease_is_reported_and_diagnosed`,
//!   `who_declines_the_leaving_examination`, `work_is_restricted_and_nobody_reads_why`
//! - `certificates`: `the_city_enters_its_courses_and_the_employer_what_was_held_elsewhere`,
//!   `a_training_says_nothing_that_contradicts_itself`, `a_void_training_does_not_count_and_its_number_is_not_given_again`,
//!   `a_certificate_from_application_to_end`, `the_conditions_of_article_5`,
//!   `the_authority_of_the_radiology_licence_decides`, `at_another_employer_the_certificate_has_a_successor`
//! - `erased`: `an_identity_entered_by_mistake_is_erased_and_everything_else_stands`,
//!   `a_workers_file_is_corrected_and_not_erased`, `the_file_of_somebody_who_never_worked_is_erased`
//! - `device_test`: `a_new_device_is_used_after_its_acceptance_test`, `after_a_major_repair_a_device_is_tested_again`,
//!   `who_reports_what`, `a_place_above_its_limit_fails`,
//!   `a_report_without_a_qualification_counts_once_the_city_says_so`,
//!   `an_institution_records_its_own_constancy_tests`
//! - `investigation`: `three_sign_and_the_county_accepts`, `what_is_returned_is_signed_anew`,
//!   `the_city_decides_on_a_dose_of_the_yearly_limit`, `what_can_be_investigated`,
//!   `a_form_fits_its_finding_and_its_person`
//! - `transfers`: `a_file_moves_to_another_county_in_the_append_of_the_receipt`, `who_is_late_is_reminded_and_everybody_sees_it`,
//!   `two_districts_accept_at_once_and_one_wins`, `a_silent_institution_is_replaced_on_the_eleventh_working_day`,
//!   `no_dispute_about_work_holds_a_file_back`, `a_rejection_that_nobody_disputes_in_time_stands`,
//!   `a_dosimeter_that_is_still_out_holds_the_release_and_a_missing_post_the_reception`,
//!   `a_licence_that_does_not_cover_the_post_holds_the_reception`,
//!   `a_file_is_parked_with_the_county_and_taken_out_again`, `a_file_leaves_the_city_and_comes_back_with_a_history`,
//!   `a_second_practice_leaves_the_file_where_it_is`, `sides_that_do_not_fit_the_type_are_refused_by_name`
//! - `running_data`: `the_sum_of_a_year_over_two_employers_is_one_and_its_warning_goes_along`,
//!   `an_examination_that_is_due_is_due_at_the_new_employer`,
//!   `the_block_ends_with_2025_and_the_next_begins_from_nothing`,
//!   `a_silent_employer_is_replaced_on_the_seventeenth_of_march`,
//!   `a_hospital_closes_and_the_county_hands_on_its_files`,
//!   `what_was_red_when_a_hospital_closed_waits_for_its_county`, `an_institution_ends_once_nothing_is_open`,
//!   `a_quarter_of_ninety_two_days_is_a_hint_and_the_ninety_fourth_day_a_warning`
//! - `notices`: `orange_is_told_once_and_red_until_somebody_takes_note`,
//!   `one_message_tells_of_all_that_is_alike_and_the_rest_waits_for_tomorrow`,
//!   `a_message_goes_to_who_holds_the_office_when_it_is_sent`,
//!   `what_failed_is_sent_again_once_there_is_somebody_to_send_it_to`,
//!   `the_service_orders_what_the_rule_demands_and_nothing_else`,
//!   `an_officer_files_his_own_telephone_for_his_own_area`
//! - `prior_dose`: `thirty_nine_millisieverts_of_before_stop_him_until_the_city_has_seen_them`,
//!   `what_leaves_room_and_what_was_before_the_question_are_not_stopped`
//! - `warnings`: `a_warning_from_its_ladder_to_the_signature_of_the_county`,
//!   `what_ended_before_it_was_red_is_cleared_by_itself_and_comes_back_when_it_was_not_true`,
//!   `red_and_unanswered_for_three_working_days_it_goes_to_the_city`,
//!   `the_service_says_nothing_that_the_rules_do_not_demand`,
//!   `a_limit_is_never_waived_and_nothing_for_longer_than_a_year`, `a_disputed_warning_stands_or_is_closed`,
//!   `a_grade_falls_only_when_an_officer_says_so_on_corrected_data`, `the_worker_reads_and_takes_note_of_his_own`,
//!   `warnings_go_with_the_file`, `a_rule_changes_and_the_old_year_stays_what_it_was`,
//!   `a_parameter_counts_from_its_day`, `the_desk_names_each_day_once`,
//!   `what_a_rule_would_have_found_with_another_number`
//! - `each_rule`: `work_stopped_for_most_of_a_year_and_the_licence_is_cancelled`,
//!   `the_sum_of_a_year_is_investigated_after_its_end`, `sixty_millisieverts_in_five_years_and_the_city_concludes`,
//!   `the_dose_of_a_hand_is_investigated`, `what_he_received_under_age_takes_him_out_of_exposure`,
//!   `a_post_against_a_restriction_is_changed`, `the_ring_that_was_missing_is_worn_in_the_next_period`,
//!   `twenty_five_millisieverts_in_a_quarter_and_he_is_examined`, `the_post_planned_for_a_minor_is_cancelled`,
//!   `a_qualification_runs_out_and_is_renewed`, `a_report_of_a_test_comes_a_day_late`,
//!   `a_hospital_begins_to_examine_and_files_it`, `one_of_two_posts_at_two_hospitals_is_ended`
//! - `../../ops/src/verify/desk_tests`: `a_desk_that_keeps_silent_for_a_day_is_found`,
//!   `a_conclusion_that_was_due_and_was_not_drawn_is_found`, `a_stolen_key_that_clears_a_warning_is_found`

pub mod practice;
pub mod relay;
pub mod scene;
pub mod sides;
pub mod warned;
pub mod world;
