/* corpus.h - one split (train, valid, test) of a folder of prepared text, mapped.
 *
 *     tokenizer.json          byte-level BPE; specials 0 <pad> 1 <mask> 2 <null> 3 <none> 4 <bos> 5 <eos>,
 * then attribute values SPLIT.tokens.bin        uint16 token ids, documents one after another SPLIT.docs.bin
 * uint32 [start, end) of tokens, one pair a document SPLIT.sents.bin         uint32 start, uint32 end, uint64
 * labels: bit k set: attribute value k holds for the sentence meta.json               {"attributes":
 * [{"value", "slot", "token", "bit"}, …], "vocab_size": …}
 *
 * Of pairs of lines meta.json has "target_position" too: document 2n is a source, document 2n + 1 its target,
 * whose attribute sentence n has.
 *
 * Everything is little-endian and checked when it is opened. Read-only afterwards: threads may share it. */
#ifndef MODEL_TRAIN_CORPUS_H
#define MODEL_TRAIN_CORPUS_H

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/tokenizer/tokenizer.h"

#include <jansson.h>
#include <stdint.h>

enum special { TOKEN_PAD, TOKEN_MASK, TOKEN_NULL, TOKEN_NONE, TOKEN_BOS, TOKEN_EOS };
enum { ATTRIBUTE_SLOTS = 3, ATTRIBUTES_MAX = 64 };

struct document {
    uint32_t start, end;
};

struct sentence {
    uint32_t start, end;
    uint64_t labels;
};

/* What a piece's bytes are good for in text. */
enum piece_trait {
    PIECE_JOINS = 1, /* goes on with a word: begins with a letter, or is 's and the like */
    PIECE_TAIL = 2,  /* ends in a letter */
    PIECE_WORDY = 4, /* begins with a letter, or with a blank and a letter */
    PIECE_BLANK = 8, /* a blank and two letters or more, nothing else */
    PIECE_NEWLINE = 16,
};

struct attribute {
    int bit;
    int32_t token;
    double weight; /* 1 / sqrt(sentences that have it): rare values are drawn more often than they occur */
};

struct corpus {
    struct mapping token_file, document_file, sentence_file;
    const uint16_t *tokens;
    const struct document *documents;
    const struct sentence *sentences;
    size_t token_count, document_count, sentence_count;
    uint64_t *ends; /* [document_count] tokens of the documents so far */
    struct tokenizer *tokenizer;
    json_t *meta;
    int vocabulary;
    uint8_t *traits;     /* [vocabulary] */
    int32_t *sorted;     /* pieces with bytes, in order of their bytes */
    int32_t *full_words; /* pieces that are PIECE_BLANK */
    int sorted_count, full_word_count;
    struct attribute attributes[ATTRIBUTES_MAX];
    int attribute_count;
    int pair_begin;   /* 0, or documents are pairs: where their targets begin (network/pair.h) */
    double pair_mean; /* tokens of a source or a target */
};

struct corpus *corpus_open(const char *folder, const char *split, struct lacuna_error *error);
void corpus_close(struct corpus *corpus);

/* The piece with exactly these bytes, -1: none. */
int32_t corpus_piece(const struct corpus *corpus, const char *bytes, size_t size);
/* The last sentence that begins at or before token `at`; -1: none. */
int64_t corpus_sentence_at(const struct corpus *corpus, uint32_t at);
/* Sentences that begin before token `at`; sentences that end at or before it. */
int64_t corpus_sentences_before(const struct corpus *corpus, uint32_t at);
int64_t corpus_sentences_ended(const struct corpus *corpus, uint32_t at);

#endif
