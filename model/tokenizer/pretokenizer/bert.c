/* BertPreTokenizer: at blanks, which go, and at punctuation, each mark of which is a piece. */
#include "model/tokenizer/letters.h"
#include "model/tokenizer/part.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>

static bool bert_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                     struct lacuna_error *error)
{
    (void)state;
    (void)error;
    struct pieces words = { 0 };
    size_t count;
    struct match *matches = letters_cut(letter_is_space, text, size, &count);
    matches_to_pieces(matches, count, REMOVED, text, begins, &words);
    free(matches);
    for (size_t k = 0; k < words.count; k++) {
        const char *word = piece_bytes(&words, k);
        matches = letters_cut(letter_is_punctuation, word, words.at[k].size, &count);
        matches_to_pieces(matches, count, ISOLATED, word, words.at[k].begins, out);
        free(matches);
    }
    pieces_free(&words);
    return true;
}

const struct stage pretokenizer_bert = { .type = "BertPreTokenizer", .run = bert_run };
