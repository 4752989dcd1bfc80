#include "model/train/record.h"

static void print_numbers(FILE *out, const char *name, const int32_t *numbers, int count)
{
    fprintf(out, "\"%s\": [", name);
    for (int i = 0; i < count; i++)
        fprintf(out, "%s%d", i ? ", " : "", numbers[i]);
    fputs("], ", out);
}

void record_batch(FILE *out, const struct batch *b, double rate)
{
    fputc('{', out);
    print_numbers(out, "start", b->start, b->row_count + 1);
    print_numbers(out, "ids", b->ids, b->count);
    print_numbers(out, "positions", b->positions, b->count);
    fputs("\"kinds\": [", out);
    for (int i = 0; i < b->count; i++)
        fprintf(out, "%s%d", i ? ", " : "", b->kinds[i]);
    fputs("], ", out);
    print_numbers(out, "at", b->at, b->chosen);
    print_numbers(out, "wanted", b->wanted, b->chosen);
    fputs("\"weight\": [", out);
    for (int i = 0; i < b->chosen; i++)
        fprintf(out, "%s%.9g", i ? ", " : "", (double)b->weight[i]);
    fprintf(out, "], \"rate\": %.17g}\n", rate);
}
