/* Names of models: where they are found, in which order, and what an unknown one says. */
#include "model/base/find_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* TOP/data/models/{one,two.gguf}, TOP/home/lacuna/models/{one,three}; XDG_DATA_HOME points at TOP/home. */
static int make_folders(void **state)
{
    char *top = strdup("/tmp/lacuna-find-XXXXXX");
    if (!mkdtemp(top))
        return -1;
    static const char *const folders[] = {
        "data",        "data/models",        "data/models/one",        "home",
        "home/lacuna", "home/lacuna/models", "home/lacuna/models/one", "home/lacuna/models/three"
    };
    char path[256];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", top, folders[i]);
        if (mkdir(path, 0700) != 0)
            return -1;
    }
    snprintf(path, sizeof path, "%s/data/models/two.gguf", top);
    FILE *file = fopen(path, "w");
    if (!file || fclose(file) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/home", top);
    setenv("XDG_DATA_HOME", path, 1);
    setenv("XDG_DATA_DIRS", "/nonexistent", 1);
    *state = top;
    return 0;
}

static int remove_folders(void **state)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    int result = system(command);
    free(*state);
    return result;
}

static void finds(const char *top, const char *name, const char *expected)
{
    char data[256], path[256];
    snprintf(data, sizeof data, "%s/data", top);
    snprintf(path, sizeof path, "%s/%s", top, expected);
    struct lacuna_error error = { 0 };
    char *found = find_model(name, data, &error);
    if (!found)
        fail_msg("%s: %s", name, error.message);
    assert_string_equal(found, path);
    free(found);
}

static void a_name_is_found_in_the_order_of_search(void **state)
{
    finds(*state, "one", "data/models/one");
    finds(*state, "two", "data/models/two.gguf");
    finds(*state, "two.gguf", "data/models/two.gguf");
    finds(*state, "three", "home/lacuna/models/three");
}

static void a_path_is_taken_as_it_is(void **state)
{
    char path[256];
    snprintf(path, sizeof path, "%s/home/lacuna/models/one", (char *)*state);
    struct lacuna_error error = { 0 };
    char *found = find_model(path, NULL, &error);
    assert_string_equal(found, path);
    free(found);
}

static void an_unknown_name_says_where_it_looked_and_what_there_is(void **state)
{
    char data[256];
    snprintf(data, sizeof data, "%s/data", (char *)*state);
    struct lacuna_error error = { 0 };
    assert_null(find_model("four", data, &error));
    assert_int_equal(error.code, LACUNA_MODEL);
    assert_non_null(strstr(error.message, "'four'"));
    assert_non_null(strstr(error.message, data));
    assert_non_null(strstr(error.message, "one, two"));
    assert_non_null(strstr(error.message, "three"));
}

static void a_missing_path_is_named(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    assert_null(find_model("./no/such/model", NULL, &error));
    assert_int_equal(error.code, LACUNA_MODEL);
    assert_non_null(strstr(error.message, "./no/such/model"));
    assert_null(find_model("", NULL, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_found_in_the_order_of_search),
        cmocka_unit_test(a_path_is_taken_as_it_is),
        cmocka_unit_test(an_unknown_name_says_where_it_looked_and_what_there_is),
        cmocka_unit_test(a_missing_path_is_named),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
