/* The public door: jobs run in order, are watched, cancelled and stopped, and say what is wrong with a
 * request. */
#include "model/lacuna.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "the old man went on and the moon was on the sea";
static const struct lacuna_span hole = { 12, 16 };

static struct lacuna_request simple(void)
{
    return (struct lacuna_request){ .text = text, .size = sizeof text - 1, .spans = &hole, .span_count = 1 };
}

static int open_model(void **state)
{
    struct lacuna_error error = { 0 };
    struct lacuna_options options = { .threads = 1 };
    *state = lacuna_open(LACUNA_TINY_MODEL, &options, &error);
    if (!*state)
        fail_msg("%s", error.message);
    return 0;
}

static int close_model(void **state)
{
    lacuna_close(*state);
    return 0;
}

static void a_model_describes_itself(void **state)
{
    const struct lacuna_description *description = lacuna_describe(*state);
    assert_string_equal(description->name, "tiny");
    assert_string_equal(description->process, "absorbing");
    assert_true(description->attribute_count >= 5);
    assert_true(description->context_length > 0);
}

static void a_missing_model_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    assert_null(lacuna_open("/no/such/model", NULL, &error));
    assert_int_equal(error.code, LACUNA_MODEL);
    assert_non_null(strstr(error.message, "/no/such/model"));
}

struct watched {
    int steps, last, ends;
    bool masks_shrink;
    size_t masks;
};

static void watch(void *user, const struct lacuna_step *step)
{
    struct watched *watched = user;
    if (!step) {
        watched->ends++;
        return;
    }
    size_t masks = 0;
    for (const char *at = step->holes[0].text; (at = strstr(at, "\u00B7")); at += 2)
        masks++;
    if (watched->steps && masks >= watched->masks)
        watched->masks_shrink = false;
    watched->masks = masks;
    watched->steps++;
    watched->last = step->step;
    assert_int_equal(step->hole_count, 1);
    assert_true(step->step <= step->steps);
    assert_int_equal(strlen(step->holes[0].text), step->holes[0].size);
}

static void every_step_is_shown_and_the_end_once(void **state)
{
    struct lacuna_request request = simple();
    request.length = (struct lacuna_length){ LACUNA_TOKENS, 12, 12 };
    request.steps = 4;
    struct watched watched = { .masks_shrink = true };
    struct lacuna_job *job = lacuna_start(*state, &request, watch, &watched, NULL);
    const struct lacuna_answer *answer = lacuna_wait(job, NULL);
    assert_non_null(answer);
    assert_true(lacuna_ended(job));
    assert_int_equal(watched.steps, 4);
    assert_int_equal(watched.masks, 0);
    assert_int_equal(watched.ends, 1);
    assert_true(watched.masks_shrink);
    assert_int_equal(answer->tokens, 12);
    assert_int_equal(answer->steps, 4);
    lacuna_job_free(job);
}

static void fewer_places_than_steps_end_early(void **state)
{
    struct lacuna_request request = simple();
    request.length = (struct lacuna_length){ LACUNA_TOKENS, 2, 2 };
    request.steps = 64;
    struct lacuna_job *job = lacuna_start(*state, &request, NULL, NULL, NULL);
    const struct lacuna_answer *answer = lacuna_wait(job, NULL);
    assert_non_null(answer);
    assert_true(answer->steps <= 2);
    lacuna_job_free(job);
}

static void jobs_of_one_seed_agree_and_run_in_order(void **state)
{
    struct lacuna_request request = simple();
    request.count = 3;
    request.temperature = 1;
    request.seed = 42;
    struct lacuna_job *first = lacuna_start(*state, &request, NULL, NULL, NULL);
    struct lacuna_job *second = lacuna_start(*state, &request, NULL, NULL, NULL);
    const struct lacuna_answer *b = lacuna_wait(second, NULL);
    assert_true(lacuna_ended(first));
    const struct lacuna_answer *a = lacuna_wait(first, NULL);
    assert_int_equal(a->alternative_count, b->alternative_count);
    for (size_t i = 0; i < a->alternative_count; i++)
        assert_string_equal(a->alternatives[i].text, b->alternatives[i].text);
    lacuna_job_free(first);
    lacuna_job_free(second);
}

static void threads_make_no_difference(void **state)
{
    struct lacuna_options options = { .threads = 3 };
    struct lacuna_model *other = lacuna_open(LACUNA_TINY_MODEL, &options, NULL);
    assert_non_null(other);
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct lacuna_request request = simple();
        request.count = 3;
        request.seed = seed;
        request.attribute = seed % 2 ? "formal past" : NULL;
        request.temperature = seed % 3 ? 0 : 0.8;
        struct lacuna_job *one = lacuna_start(*state, &request, NULL, NULL, NULL);
        struct lacuna_job *three = lacuna_start(other, &request, NULL, NULL, NULL);
        const struct lacuna_answer *a = lacuna_wait(one, NULL), *b = lacuna_wait(three, NULL);
        assert_int_equal(a->alternative_count, b->alternative_count);
        for (size_t i = 0; i < a->alternative_count; i++) {
            assert_string_equal(a->alternatives[i].text, b->alternatives[i].text);
            assert_true(a->alternatives[i].logprob == b->alternatives[i].logprob);
        }
        lacuna_job_free(one);
        lacuna_job_free(three);
    }
    lacuna_close(other);
}

struct brake {
    struct lacuna_job *_Atomic job;
    int after;
    bool cancel;
};

static void brake(void *user, const struct lacuna_step *step)
{
    struct brake *brake = user;
    if (!step || step->step < brake->after)
        return;
    while (!atomic_load(&brake->job))
        ;
    if (brake->cancel)
        lacuna_cancel(atomic_load(&brake->job));
    else
        lacuna_stop(atomic_load(&brake->job));
}

static void cancel_ends_without_an_answer(void **state)
{
    struct lacuna_request request = simple();
    request.length = (struct lacuna_length){ LACUNA_TOKENS, 16, 16 };
    request.steps = 16;
    struct brake user = { .after = 2, .cancel = true };
    struct lacuna_error error = { 0 };
    struct lacuna_job *job = lacuna_start(*state, &request, brake, &user, NULL);
    atomic_store(&user.job, job);
    assert_null(lacuna_wait(job, &error));
    assert_int_equal(error.code, LACUNA_CANCELLED);
    lacuna_job_free(job);
}

static void stop_keeps_what_is_decided(void **state)
{
    struct lacuna_request request = simple();
    request.length = (struct lacuna_length){ LACUNA_TOKENS, 16, 16 };
    request.steps = 16;
    request.count = 3;
    struct brake user = { .after = 5 };
    struct lacuna_job *job = lacuna_start(*state, &request, brake, &user, NULL);
    atomic_store(&user.job, job);
    const struct lacuna_answer *answer = lacuna_wait(job, NULL);
    assert_non_null(answer);
    assert_int_equal(answer->alternative_count, 1);
    assert_int_equal(answer->alternatives[0].fills[0].tokens, 5);
    assert_non_null(answer->note);
    lacuna_job_free(job);
}

static void a_waiting_job_can_be_given_back(void **state)
{
    struct lacuna_request request = simple();
    struct lacuna_job *jobs[4];
    for (int i = 0; i < 4; i++)
        jobs[i] = lacuna_start(*state, &request, NULL, NULL, NULL);
    for (int i = 3; i >= 0; i--)
        lacuna_job_free(jobs[i]);
    lacuna_job_free(NULL);
}

static void refuse(struct lacuna_model *model, const struct lacuna_request *request, enum lacuna_code code,
                   const char *hint)
{
    struct lacuna_error error = { 0 };
    assert_false(lacuna_check(model, request, &error));
    assert_string_equal(lacuna_code_name(error.code), lacuna_code_name(code));
    if (hint && !strstr(error.message, hint))
        fail_msg("'%s' does not say '%s'", error.message, hint);
    assert_null(lacuna_start(model, request, NULL, NULL, &error));
}

static void wrong_requests_are_refused_with_their_reason(void **state)
{
    struct lacuna_request request = simple();
    request.attribute = "frmal";
    refuse(*state, &request, LACUNA_ATTRIBUTE, "'formal'");
    request = simple();
    request.steps = 5000;
    refuse(*state, &request, LACUNA_BAD_REQUEST, "steps");
    request = simple();
    request.temperature = -1;
    refuse(*state, &request, LACUNA_BAD_REQUEST, "temperature");
    request = simple();
    request.count = 65;
    refuse(*state, &request, LACUNA_BAD_REQUEST, "count");
    request = simple();
    request.sampler = "best";
    refuse(*state, &request, LACUNA_BAD_REQUEST, "confidence");
    request = simple();
    request.length = (struct lacuna_length){ LACUNA_WORDS, 3, 2 };
    refuse(*state, &request, LACUNA_BAD_REQUEST, NULL);
    request = simple();
    request.size = 3;
    request.text = "\xff\xfe\xfd";
    refuse(*state, &request, LACUNA_BAD_REQUEST, "UTF-8");
    request = simple();
    const char *keep[] = { "a\nb" };
    request.keep = keep;
    request.keep_count = 1;
    refuse(*state, &request, LACUNA_KEEP, NULL);
}

static void wrong_spans_are_refused(void **state)
{
    static const struct lacuna_span crossing[] = { { 4, 9 }, { 8, 12 } }, beyond = { 40, 400 },
                                    turned = { 9, 4 }, cut = { 1, 3 };
    struct lacuna_request request = simple();
    request.spans = crossing;
    request.span_count = 2;
    refuse(*state, &request, LACUNA_BAD_SPAN, "ascend");
    request.spans = &beyond;
    request.span_count = 1;
    refuse(*state, &request, LACUNA_BAD_SPAN, "beyond");
    request.spans = &turned;
    refuse(*state, &request, LACUNA_BAD_SPAN, NULL);
    request.span_count = 0;
    refuse(*state, &request, LACUNA_BAD_SPAN, NULL);
    request = simple();
    request.text = "aé漢z";
    request.size = strlen(request.text);
    request.spans = &cut;
    request.span_count = 1;
    assert_true(lacuna_check(*state, &request, NULL));
    static const struct lacuna_span half = { 2, 3 };
    request.spans = &half;
    refuse(*state, &request, LACUNA_BAD_SPAN, "character");
}

static void what_stood_in_the_hole_has_no_influence(void **state)
{
    static const char *const inside[] = { "went", "", "moon moon moon", "\xF0\x9F\x8C\x99", "\n\n" };
    char first[512] = "";
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        char whole[512];
        snprintf(whole, sizeof whole, "the old man %s on and the moon was on the sea", inside[i]);
        struct lacuna_span span = { 12, 12 + strlen(inside[i]) };
        struct lacuna_request request = {
            .text = whole, .size = strlen(whole), .spans = &span, .span_count = 1, .count = 2
        };
        struct lacuna_job *job = lacuna_start(*state, &request, NULL, NULL, NULL);
        const struct lacuna_answer *answer = lacuna_wait(job, NULL);
        assert_non_null(answer);
        if (i == 0)
            snprintf(first, sizeof first, "%s", answer->alternatives[0].text);
        assert_string_equal(answer->alternatives[0].text, first);
        lacuna_job_free(job);
    }
}

static void rewriting_by_nothing_changes_nothing(void **state)
{
    static const struct lacuna_span whole = { 4, 35 };
    struct lacuna_request request = simple();
    request.task = LACUNA_REWRITE;
    request.spans = &whole;
    request.strength_set = true;
    struct lacuna_job *job = lacuna_start(*state, &request, NULL, NULL, NULL);
    const struct lacuna_answer *answer = lacuna_wait(job, NULL);
    assert_non_null(answer);
    assert_string_equal(answer->alternatives[0].text, text);
    lacuna_job_free(job);
}

static void rewriting_keeps_a_part_and_changes_a_part(void **state)
{
    static const struct lacuna_span whole = { 4, 35 };
    struct lacuna_request request = simple();
    request.task = LACUNA_REWRITE;
    request.spans = &whole;
    request.strength_set = true;
    request.strength = 0.5;
    struct lacuna_job *job = lacuna_start(*state, &request, NULL, NULL, NULL);
    const struct lacuna_answer *answer = lacuna_wait(job, NULL);
    assert_non_null(answer);
    assert_string_not_equal(answer->alternatives[0].text, text);
    assert_memory_equal(answer->alternatives[0].text, text, 4);
    lacuna_job_free(job);
}

static void correcting_gives_the_text_with_its_edits(void **state)
{
    static const struct lacuna_span whole = { 0, sizeof text - 1 };
    struct lacuna_request request = simple();
    request.task = LACUNA_CORRECT;
    request.spans = &whole;
    struct lacuna_job *job = lacuna_start(*state, &request, NULL, NULL, NULL);
    const struct lacuna_answer *answer = lacuna_wait(job, NULL);
    assert_non_null(answer);
    const struct lacuna_alternative *alternative = &answer->alternatives[0];
    char made[1024] = "";
    size_t at = 0;
    for (size_t i = 0; i < alternative->edit_count; i++) {
        const struct lacuna_edit *edit = &alternative->edits[i];
        assert_true(edit->start >= at && edit->end >= edit->start && edit->end <= request.size);
        strncat(made, text + at, edit->start - at);
        strcat(made, edit->text);
        at = edit->end;
    }
    strcat(made, text + at);
    assert_string_equal(alternative->text, made);
    lacuna_job_free(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_describes_itself),
        cmocka_unit_test(a_missing_model_is_an_error_that_names_it),
        cmocka_unit_test(every_step_is_shown_and_the_end_once),
        cmocka_unit_test(fewer_places_than_steps_end_early),
        cmocka_unit_test(jobs_of_one_seed_agree_and_run_in_order),
        cmocka_unit_test(threads_make_no_difference),
        cmocka_unit_test(cancel_ends_without_an_answer),
        cmocka_unit_test(stop_keeps_what_is_decided),
        cmocka_unit_test(a_waiting_job_can_be_given_back),
        cmocka_unit_test(wrong_requests_are_refused_with_their_reason),
        cmocka_unit_test(wrong_spans_are_refused),
        cmocka_unit_test(what_stood_in_the_hole_has_no_influence),
        cmocka_unit_test(rewriting_by_nothing_changes_nothing),
        cmocka_unit_test(rewriting_keeps_a_part_and_changes_a_part),
        cmocka_unit_test(correcting_gives_the_text_with_its_edits),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
