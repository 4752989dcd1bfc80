#include "editor/app/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Everything that bytes give, spelled; a paste in angle quotes. `hurry`: nothing more comes. */
static char *events_of(const char *bytes, size_t size, bool hurry)
{
    struct input input = { 0 };
    struct bytes out = { 0 };
    struct input_event event;
    input_feed(&input, bytes, size);
    do {
        event = input_next(&input);
        if (event.kind == INPUT_KEY)
            key_spell(event.key, &out);
        else if (event.kind == INPUT_PASTE)
            bytes_format(&out, "«%.*s»", (int)event.size, event.bytes);
        else if (event.kind == INPUT_FOCUS || event.kind == INPUT_BLUR)
            bytes_append_text(&out, event.kind == INPUT_FOCUS ? "(in)" : "(out)");
        else if (hurry && input_waits(&input))
            input_hurry(&input);
        else
            break;
    } while (true);
    input_free(&input);
    return bytes_take(&out);
}

static void gives(const char *bytes, const char *expected)
{
    char *events = events_of(bytes, strlen(bytes), true);
    assert_string_equal(events, expected);
    free(events);
}

static void characters_and_control_keys_are_keys(void **state)
{
    (void)state;
    gives("aé漢😀", "aé漢😀");
    gives("\r\t\177", "<CR><Tab><BS>");
    gives("\001\023\032\021\003", "<C-a><C-s><C-z><C-q><C-c>");
}

static void cursor_keys_of_every_terminal_are_known(void **state)
{
    (void)state;
    gives("\033[A\033OB\033[C\033OD", "<Up><Down><Right><Left>");
    gives("\033[H\033[1~\033[7~\033OH", "<Home><Home><Home><Home>");
    gives("\033[F\033[4~\033[8~", "<End><End><End>");
    gives("\033[2~\033[3~\033[5~\033[6~", "<Insert><Del><PageUp><PageDown>");
    gives("\033OP\033[[A\033[11~\033[24~", "<F1><F1><F1><F12>");
}

static void modifiers_are_read_in_xterms_and_kittys_ways(void **state)
{
    (void)state;
    gives("\033[1;5C\033[1;2D\033[1;3A", "<C-Right><S-Left><M-Up>");
    gives("\033[3;5~\033[Z", "<C-Del><S-Tab>");
    gives("\033[27;5;13~\033[13;2u", "<C-CR><S-CR>");
    gives("\033[97;5u\033[27u", "<C-a><Esc>");
    gives("\033[97;3:1u", "<M-a>");
}

static void alt_comes_as_escape_before_the_key(void **state)
{
    (void)state;
    gives("\033x\033é", "<M-x><M-é>");
    gives("\033\033", "<Esc><Esc>");
}

static void escape_waits_only_for_what_may_follow(void **state)
{
    (void)state;
    char *events = events_of("\033", 1, false);
    assert_string_equal(events, "");
    free(events);
    gives("\033", "<Esc>");
    gives("\033[", "<M-[>");
}

static void a_sequence_may_come_in_pieces(void **state)
{
    (void)state;
    static const char bytes[] = "\033[1;5C漢\033[200~a\033[b\033[201~z";
    struct input input = { 0 };
    struct bytes out = { 0 };
    for (size_t i = 0; i < sizeof bytes - 1; i++) {
        struct input_event event;
        input_feed(&input, bytes + i, 1);
        while ((event = input_next(&input)).kind != INPUT_NOTHING) {
            if (event.kind == INPUT_KEY)
                key_spell(event.key, &out);
            else
                bytes_append(&out, event.bytes, event.size);
        }
    }
    assert_string_equal(out.data, "<C-Right>漢a\033[bz");
    bytes_free(&out);
    input_free(&input);
}

static void a_paste_is_one_event_whatever_it_holds(void **state)
{
    (void)state;
    gives("\033[200~one\rtwo\r\nthree\033[A:q!\r\033[201~x", "«one\ntwo\nthree\033[A:q!\n»x");
    gives("\033[200~\033[201~", "«»");
}

static void focus_is_told_apart_from_keys(void **state)
{
    (void)state;
    gives("\033[I\033[O\033OI", "(in)(out)");
}

static void bytes_that_mean_nothing_are_dropped(void **state)
{
    (void)state;
    gives("\377\300a\200b", "ab");
    gives("\033[?1;2c\033[>0;1;2ca", "a");
    gives("\033[99999999999999;1Ha", "a");
    gives("\033[1;1;1;1;1;1;1;1Ha", "<Home>a");
}

static void any_bytes_end(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525 + 1013904223;
            static const char likely[] = "\033[O~;0127:?<uAH\r\302\251";
            bytes[i] = random >> 31 ? likely[(random >> 8) % (sizeof likely - 1)] : (char)(random >> 16);
        }
        free(events_of(bytes, sizeof bytes, true));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_and_control_keys_are_keys),
        cmocka_unit_test(cursor_keys_of_every_terminal_are_known),
        cmocka_unit_test(modifiers_are_read_in_xterms_and_kittys_ways),
        cmocka_unit_test(alt_comes_as_escape_before_the_key),
        cmocka_unit_test(escape_waits_only_for_what_may_follow),
        cmocka_unit_test(a_sequence_may_come_in_pieces),
        cmocka_unit_test(a_paste_is_one_event_whatever_it_holds),
        cmocka_unit_test(focus_is_told_apart_from_keys),
        cmocka_unit_test(bytes_that_mean_nothing_are_dropped),
        cmocka_unit_test(any_bytes_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
