/* Guides: their gradients, and what a file of one may hold. */
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/classifier.h"
#include "model/diffusion/steering.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_of_content_agree_with_differences),
        cmocka_unit_test(gradients_of_tags_agree_with_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
