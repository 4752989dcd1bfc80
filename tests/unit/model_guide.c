/* Guides: their gradients, and what a file of one may hold. */
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/classifier.h"
#include "model/diffusion/steering.h"
#include "model/network/rounding.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIDTH = 3, INNER = 5, PLACES = 4 };

static void add_group(struct labels *labels, const char *name, int count)
{
    labels->groups = memory_resize(labels->groups, (size_t)labels->group_count + 1, sizeof *labels->groups);
    struct label_group *group = &labels->groups[labels->group_count++];
    *group = (struct label_group){ .name = memory_text(name, strlen(name)),
                                   .values = memory_new((size_t)count, sizeof *group->values),
                                   .count = count,
                                   .first = labels->columns };
    for (int v = 0; v < count; v++) {
        char value[2] = { (char)('a' + v), 0 };
        group->values[v] = memory_text(value, 1);
    }
    labels->columns += count;
}

static float *draw(struct random *random, size_t count, float spread)
{
    float *numbers = memory_new(count, sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = spread * random_normal(random);
    return numbers;
}

struct subject {
    struct classifier *classifier;
    struct classifier_room *room;
    float *weights, *x;
    int wanted[PLACES];
};

static const double alpha_bar = 0.7;

static struct subject subject_new(const char *guide)
{
    struct labels labels = { 0 };
    struct subject subject = { .wanted = { 1, 2, -1, 0 } };
    struct random random = random_new(3, 1);
    add_group(&labels, "first", 4);
    if (!guide_find(guide)->by_place) {
        add_group(&labels, "second", 3);
        add_group(&labels, "third", 2);
    }
    subject.classifier = classifier_new(guide_find(guide), labels, WIDTH, INNER);
    subject.room = classifier_room_new(subject.classifier, PLACES);
    subject.weights = draw(&random, subject.classifier->size, 0.5f);
    subject.x = draw(&random, PLACES * WIDTH, 1);
    return subject;
}

static void subject_free(struct subject *subject)
{
    classifier_free(subject->classifier);
    classifier_room_free(subject->room);
    free(subject->weights);
    free(subject->x);
}

static double loss_of(struct subject *subject, float *d_x, float *d_weights)
{
    classifier_set(subject->classifier, subject->weights);
    return classifier_loss(subject->classifier, subject->room, subject->x, PLACES, alpha_bar, subject->wanted,
                           d_x, d_weights);
}

static void compare_slopes(struct subject *subject, float *at, const float *slopes, size_t count)
{
    const float step = 1e-2f;
    for (size_t i = 0; i < count; i++) {
        float kept = at[i];
        at[i] = kept + step;
        double above = loss_of(subject, NULL, NULL);
        at[i] = kept - step;
        double below = loss_of(subject, NULL, NULL), slope = (above - below) / (2 * (double)step);
        at[i] = kept;
        assert_true(fabs(slope - (double)slopes[i]) < 2e-3 * (1 + fabs(slope)));
    }
}

static void gradients_agree(const char *guide)
{
    struct subject subject = subject_new(guide);
    size_t size = subject.classifier->size, count = PLACES * WIDTH;
    float *d_x = memory_new(count, sizeof *d_x), *d_weights = memory_new(size, sizeof *d_weights);
    assert_true(loss_of(&subject, d_x, d_weights) > 0);
    compare_slopes(&subject, subject.x, d_x, count);
    compare_slopes(&subject, subject.weights, d_weights, size);
    free(d_x);
    free(d_weights);
    subject_free(&subject);
}

static void gradients_of_content_agree_with_differences(void **state)
{
    (void)state;
    gradients_agree("content");
}

static void gradients_of_tags_agree_with_differences(void **state)
{
    (void)state;
    gradients_agree("pos");
}

/* ---- steering */

static void steering_takes_the_loss_down_and_moves_open_places_alone(void **state)
{
    (void)state;
    struct subject subject = subject_new("content");
    float before[PLACES * WIDTH], mean[PLACES * WIDTH];
    uint8_t open[PLACES] = { 1, 1, 0, 1 };
    struct steering steering = steering_default();
    struct steering_room *room;
    double loss = loss_of(&subject, NULL, NULL);
    steering.at[steering.count++] =
        (struct steer){ .classifier = subject.classifier, .wanted = subject.wanted, .wanted_count = 3 };
    steering.rate = 0.1;
    room = steering_room_new(&steering, PLACES, WIDTH);
    memcpy(before, subject.x, sizeof before);
    memcpy(mean, subject.x, sizeof mean);
    struct steered steered = {
        .x = subject.x, .mean = mean, .open = open, .variance = 0.1, .alpha_bar = alpha_bar
    };
    steering_apply(&steering, room, &steered);
    assert_true(loss_of(&subject, NULL, NULL) < loss);
    assert_memory_equal(before + 2 * WIDTH, subject.x + 2 * WIDTH, WIDTH * sizeof(float));
    memcpy(before, subject.x, sizeof before);
    steered.alpha_bar = 1;
    steering_apply(&steering, room, &steered);
    assert_memory_equal(before, subject.x, sizeof before);
    steering_room_free(room);
    subject_free(&subject);
}

/* ---- files */

static void write_text(const char *folder, const char *name, const char *text)
{
    char *path = path_join(folder, name);
    struct lacuna_error error;
    assert_true(file_write(path, text, strlen(text), &error));
    free(path);
}

static bool opens(const char *folder, const struct rounding *rounding)
{
    struct lacuna_error error = { 0 };
    struct classifier *classifier = classifier_open(folder, guide_find("content"), rounding, &error);
    bool fine = classifier;
    assert_true(fine || error.code != LACUNA_OK);
    classifier_free(classifier);
    return fine;
}

static void a_guide_is_read_back_and_a_spoilt_one_refused(void **state)
{
    (void)state;
    char folder[] = "/tmp/guide-XXXXXX", *json, *weights;
    static const float rows[2 * WIDTH] = { 1, 2, 3, 4, 5, 6 }, others[2 * WIDTH] = { 1, 2, 3, 4, 5, 7 };
    struct rounding rounding = rounding_new(rows, NULL, 2, WIDTH, false),
                    other = rounding_new(others, NULL, 2, WIDTH, false);
    struct subject subject = subject_new("content");
    struct lacuna_error error = { 0 };
    assert_non_null(mkdtemp(folder));
    assert_null(classifier_open(folder, guide_find("content"), &rounding, &error));
    assert_int_equal(error.code, LACUNA_OK);
    assert_true(classifier_save(subject.classifier, subject.weights, &rounding, folder, &error));
    assert_true(opens(folder, &rounding));
    assert_false(opens(folder, &other));

    struct mapping file;
    json = path_join(folder, "guide-content.json");
    weights = path_join(folder, "guide-content.safetensors");
    assert_true(mapping_open(&file, json, &error));
    char *text = memory_text((const char *)file.at, file.size);
    mapping_close(&file);
    static const char *const spoilt[][2] = { { "\"inner\":5", "\"inner\":6" },
                                             { "\"inner\":5", "\"inner\":0" },
                                             { "\"a\"", "1234" },
                                             { "\"groups\"", "\"grouse\"" },
                                             { "first", "third" } };
    for (size_t k = 0; k < sizeof spoilt / sizeof *spoilt; k++) {
        char *bad = memory_text(text, strlen(text)), *at = strstr(bad, spoilt[k][0]);
        assert_non_null(at);
        memcpy(at, spoilt[k][1], strlen(spoilt[k][1]));
        write_text(folder, "guide-content.json", bad);
        free(bad);
        assert_false(opens(folder, &rounding));
    }
    write_text(folder, "guide-content.json", text);
    assert_true(opens(folder, &rounding));
    for (size_t size = 0; size < 200; size += 7) {
        assert_int_equal(truncate(weights, (off_t)(200 - size)), 0);
        assert_false(opens(folder, &rounding));
    }
    unlink(json);
    unlink(weights);
    rmdir(folder);
    free(text);
    free(json);
    free(weights);
    rounding_free(&rounding);
    rounding_free(&other);
    subject_free(&subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_content_agree_with_differences),
        cmocka_unit_test(gradients_of_tags_agree_with_differences),
        cmocka_unit_test(steering_takes_the_loss_down_and_moves_open_places_alone),
        cmocka_unit_test(a_guide_is_read_back_and_a_spoilt_one_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
