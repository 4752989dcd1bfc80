#include "model/infill/group.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct board {
    const struct infill_watch *watch;
    struct lacuna_hole *holes;
    struct buffer *texts;
    struct lacuna_confidence **confidence;
    size_t *settled_bytes, *settled_ranges; /* [count] of each hole, from the beginning */
    size_t count;
};

struct board *board_new(const struct infill_watch *watch, size_t hole_count)
{
    struct board *board = memory_new(1, sizeof *board);
    *board = (struct board){ .watch = watch,
                             .holes = memory_new(hole_count, sizeof *board->holes),
                             .texts = memory_new(hole_count, sizeof *board->texts),
                             .confidence = memory_new(hole_count, sizeof *board->confidence),
                             .settled_bytes = memory_new(hole_count, sizeof(size_t)),
                             .settled_ranges = memory_new(hole_count, sizeof(size_t)),
                             .count = hole_count };
    for (size_t i = 0; i < hole_count; i++) {
        buffer_add_text(&board->texts[i], "\u00B7");
        board->confidence[i] = memory_new(1, sizeof **board->confidence);
        board->confidence[i][0] = (struct lacuna_confidence){ .start = 0, .end = board->texts[i].size };
        board->holes[i] = (struct lacuna_hole){ .text = board->texts[i].at,
                                                .size = board->texts[i].size,
                                                .confidence = board->confidence[i],
                                                .confidence_count = 1 };
    }
    return board;
}

void board_free(struct board *board)
{
    if (!board)
        return;
    for (size_t i = 0; i < board->count; i++) {
        buffer_free(&board->texts[i]);
        free(board->confidence[i]);
    }
    free(board->settled_bytes);
    free(board->settled_ranges);
    free(board->texts);
    free(board->confidence);
    free(board->holes);
    free(board);
}

void board_set(struct board *board, size_t index, const struct pieces *pieces, const struct canvas *canvas,
               int start, int end, size_t touch)
{
    struct buffer *text = &board->texts[index];
    size_t count = board->settled_ranges[index];
    struct lacuna_confidence *ranges = memory_new(count + (size_t)(end - start), sizeof *ranges);
    memcpy(ranges, board->confidence[index], count * sizeof *ranges);
    if (board->settled_bytes[index] < text->size) {
        text->size = board->settled_bytes[index];
        text->at[text->size] = 0;
    }
    for (int i = start; i < end; i++) {
        size_t from = text->size, size, skip;
        const char *bytes = canvas->open[i] ? "\u00B7" : piece_text(pieces, canvas->ids[i], &size);
        if (canvas->open[i])
            size = strlen(bytes);
        skip = canvas->open[i] ? 0 : touch < size ? touch : size;
        touch = canvas->open[i] ? 0 : touch - skip;
        buffer_add(text, bytes + skip, size - skip);
        if (text->size > from)
            ranges[count++] = (struct lacuna_confidence){
                .start = from, .end = text->size, .probability = canvas->open[i] ? 0 : canvas->probability[i]
            };
    }
    if (!text->at)
        buffer_add(text, "", 0);
    free(board->confidence[index]);
    board->confidence[index] = ranges;
    board->holes[index] = (struct lacuna_hole){
        .text = text->at ? text->at : "", .size = text->size, .confidence = ranges, .confidence_count = count
    };
}

void board_settle(struct board *board, size_t index)
{
    board->settled_bytes[index] = board->holes[index].size;
    board->settled_ranges[index] = board->holes[index].confidence_count;
}

void board_show(struct board *board, int step, int steps)
{
    struct lacuna_step shown = {
        .step = step, .steps = steps, .holes = board->holes, .hole_count = board->count
    };
    if (board->watch->observe)
        board->watch->observe(board->watch->user, &shown);
}
