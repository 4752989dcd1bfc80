/* A sitting of random keys, resizes and pastes in a keymap, drawn after each of them: no crash, no hang, the
 * text whole. The first byte chooses the keymap, each further one a key. No key here starts another program;
 * proposals come from nowhere. */
#include "tests/fuzz/fuzz.h"

#include "editor/command/editor.h"
#include "editor/command/fill.h"
#include "editor/view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEYS_MOST = 200, SIZE_MOST = 1 << 20, PATIENCE = CLOCKS_PER_SEC / 50 };

static const char *const keymaps[] = { "vi", "emacs", "cua" };

static const char *const texts[] = {
    "The lamp burned low.  Rain tapped on the roof; nobody spoke.\nThe clock struck. \"Who's "
    "there?\"\n\nNext.\n",
    "int sum(int *v, size_t n)\n{\n\tfor (size_t i = 0; i < n; i++) { /* ( */\n\t\ttotal += v[i];\n\t}\n}\n",
    "na\xc3\xafve \xe6\xbc\xa2\xe5\xad\x97 e\xcc\x81 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 "
    "\xf0\x9f\x87\xa9"
    "\xf0\x9f\x87\xaa\xff\x80\n\tx\n<b>in <i>b</i></b>",
    "",
};

/* Keys in the notation, so that short inputs reach far. */
static const char *const keys[] = {
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "g",
    "h",
    "i",
    "j",
    "k",
    "l",
    "m",
    "n",
    "o",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "v",
    "w",
    "x",
    "y",
    "z",
    "A",
    "B",
    "C",
    "D",
    "E",
    "F",
    "G",
    "H",
    "I",
    "J",
    "K",
    "L",
    "M",
    "N",
    "O",
    "P",
    "Q",
    "R",
    "S",
    "T",
    "U",
    "V",
    "W",
    "X",
    "Y",
    "Z",
    "0",
    "1",
    "2",
    "3",
    "9",
    "`",
    "'",
    "\"",
    "@",
    "#",
    "$",
    "%",
    "^",
    "&",
    "*",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<lt>",
    ">",
    "/",
    "?",
    ".",
    ",",
    ";",
    ":",
    "=",
    "-",
    "+",
    "_",
    "|",
    "~",
    "\\",
    "<Space>",
    "<Esc>",
    "<Esc>",
    "<Esc>",
    "<CR>",
    "<CR>",
    "<Tab>",
    "<BS>",
    "<Del>",
    "<Left>",
    "<Right>",
    "<Up>",
    "<Down>",
    "<Home>",
    "<End>",
    "<PageUp>",
    "<PageDown>",
    "<S-Left>",
    "<S-Down>",
    "<S-End>",
    "<C-S-Right>",
    "<C-a>",
    "<C-b>",
    "<C-c>",
    "<C-d>",
    "<C-e>",
    "<C-f>",
    "<C-g>",
    "<C-h>",
    "<C-k>",
    "<C-l>",
    "<C-n>",
    "<C-o>",
    "<C-p>",
    "<C-q>",
    "<C-r>",
    "<C-s>",
    "<C-t>",
    "<C-u>",
    "<C-v>",
    "<C-w>",
    "<C-x>",
    "<C-y>",
    "<C-z>",
    "<C-_>",
    "<C-@>",
    "<M-x>",
    "<M-f>",
    "<M-b>",
    "<M-d>",
    "<M-y>",
    "<M-%>",
    "<M-lt>",
    "<M->>",
    "<M-t>",
    "<M-k>",
    "<F1>",
    "<LeftMouse>",
    "<LeftDrag>",
    "<ScrollWheelDown>",
    "dw",
    "ciw",
    "da(",
    "yap",
    "<C-v>jl",
    "gv",
    "qa",
    "@a",
    "ma",
    "`a",
    "<C-x>(",
    "<C-x>)",
    "<C-x>e",
    ":s/e/x/g<CR>",
    ":g/a/m0<CR>",
    ":%norm Ax<CR>",
    ":mask<CR>",
    ":unmask all<CR>",
    ":undo 0<CR>",
    ":sort<CR>",
    ":t.<CR>",
    ":set nowrap<CR>",
    ":set wrap<CR>",
    ":enew<CR>",
    ":bnext<CR>",
    "\xc3\xa9",
    "\xe6\xbc\xa2",
    "\xf0\x9f\x98\x80",
};
enum { KEY_KINDS = sizeof keys / sizeof *keys, PASTE = 0xff, RESIZE = 0xfe };

static void must(bool holds, const char *otherwise)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", otherwise);
    abort();
}

/* Ctrl-C for what a key begins and does not end within PATIENCE. */
static bool is_over(void *user)
{
    return clock() > *(clock_t *)user + PATIENCE;
}

static void paste(struct editor *editor, uint8_t size)
{
    char bytes[256];
    for (size_t i = 0; i < size; i++)
        bytes[i] = "ab \n\t\xc3\xa9\r\033"[i * 7 % 9];
    editor_paste(editor, bytes, size);
}

static void press(struct editor *editor, const char *spelled)
{
    struct key_list list = { 0 };
    if (key_list_parse(&list, spelled, strlen(spelled), NULL))
        for (size_t i = 0; i < list.count && !editor->quit; i++)
            editor_key(editor, list.keys[i]);
    key_list_free(&list);
}

static void sit(struct editor *editor, const uint8_t *data, size_t size)
{
    struct view view = { 0 };
    struct grid grid = { 0 };
    struct cursor cursor;
    int rows = 24, columns = 80;
    clock_t pressed;
    editor->interrupted = is_over;
    editor->interrupted_user = &pressed;
    for (size_t i = 0; i < size && i < KEYS_MOST && !editor->quit; i++) {
        pressed = clock();
        uint8_t next = i + 1 < size ? data[i + 1] : 0;
        if (data[i] == PASTE) {
            paste(editor, next);
        } else if (data[i] == RESIZE) {
            rows = 1 + next % 40;
            columns = 1 + next * 7 % 120;
        } else {
            editor->pointed = view_place_at(&view, editor, next % rows, data[i] % columns);
            press(editor, keys[data[i] % KEY_KINDS]);
        }
        if (text_size(editor_text(editor)) > SIZE_MOST)
            break;
        grid_reset(&grid, rows, columns);
        view_draw(&view, editor, &grid, &cursor);
        must(text_check(editor_text(editor)), "the text's tree is broken");
        must(editor->window.cursor <= text_size(editor_text(editor)), "the cursor is behind the text");
        must(cursor.row < rows && cursor.column < columns, "the cursor is off the screen");
    }
    editor->interrupted = NULL;
    grid_free(&grid);
}

static char *scratch(void)
{
    static char folder[] = "/tmp/lacuna-sitting-XXXXXX";
    return folder;
}

static void remove_scratch(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", scratch());
    if (system(command) != 0)
        perror(scratch());
}

/* Files that a command names land in a folder of their own. */
static void enter_scratch(void)
{
    must(mkdtemp(scratch()) && chdir(scratch()) == 0, "no folder in /tmp");
    atexit(remove_scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { "" };
    if (size < 2)
        return 0;
    if (strstr(scratch(), "XXXXXX"))
        enter_scratch();
    struct editor *editor = editor_new();
    fill_configure(editor, &(struct fill_setup){ .library = "/no/engine" });
    const char *text = texts[data[1] % (sizeof texts / sizeof *texts)];
    must(editor_use_keymap(editor, keymaps[data[0] % 3], &error) && editor_open(editor, NULL, &error),
         error.text);
    editor_replace(editor, (struct span){ 0, 0 }, text, strlen(text));
    editor_set_cursor(editor, 0);
    editor_close_step(editor);
    sit(editor, data + 2, size - 2);
    editor_finish(editor);
    editor_free(editor);
    return 0;
}
