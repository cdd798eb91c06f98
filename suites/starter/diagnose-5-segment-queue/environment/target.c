/* Delivers the text of numbered segments in order, however they arrive. Commands on stdin:
 *   open ID                 starts a flow (at most 4)
 *   seg ID START TEXT       a segment: TEXT belongs at position START of the flow
 *   skip ID START           gives up on what is missing before START
 *   show ID                 lists what waits
 *   close ID                ends a flow, and what waits with it
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOWS = 4, TEXT_MAX = 25, WAITING_MAX = 120 };

struct segment {
    struct segment *next;
    uint32_t start;
    uint16_t length;
    char text[TEXT_MAX + 1];
};

struct flow {
    struct segment *first;
    uint32_t id;
    uint32_t expected; /* position of the next byte to deliver */
    uint32_t waiting;  /* bytes in the queue */
    uint32_t highest;  /* furthest position seen */
    uint64_t delivered;
    uint64_t dropped;
};

static struct flow *flows[FLOWS];

static struct flow *find_flow(uint32_t id)
{
    for (unsigned i = 0; i < FLOWS; i++)
        if (flows[i] && flows[i]->id == id)
            return flows[i];
    return NULL;
}

static uint32_t end_of(const struct segment *segment)
{
    return segment->start + segment->length;
}

static void remove_at(struct flow *flow, struct segment **slot)
{
    struct segment *gone = *slot;

    *slot = gone->next;
    flow->waiting -= gone->length;
    free(gone);
}

/* The furthest segment is the one that is least missed. */
static void shed(struct flow *flow)
{
    struct segment **slot = &flow->first;

    while (*slot && (*slot)->next)
        slot = &(*slot)->next;
    if (*slot) {
        flow->dropped += (*slot)->length;
        remove_at(flow, slot);
    }
}

static void deliver(struct flow *flow)
{
    while (flow->first && flow->first->start <= flow->expected) {
        struct segment *segment = flow->first;

        if (end_of(segment) > flow->expected) {
            uint32_t known = flow->expected - segment->start;
            printf("%u: %s\n", flow->id, segment->text + known);
            flow->delivered += segment->length - known;
            flow->expected = end_of(segment);
        }
        remove_at(flow, &flow->first);
    }
}

static struct segment *insert(struct flow *flow, uint32_t start, const char *text)
{
    struct segment **slot = &flow->first;
    struct segment *segment = malloc(sizeof *segment);

    if (!segment)
        return NULL;
    segment->start = start;
    segment->length = (uint16_t)snprintf(segment->text, sizeof segment->text, "%s", text);
    while (*slot && (*slot)->start < start)
        slot = &(*slot)->next;
    segment->next = *slot;
    *slot = segment;
    flow->waiting += segment->length;
    while (segment->next && end_of(segment->next) <= end_of(segment))
        remove_at(flow, &segment->next);
    return segment;
}

static int take_segment(struct flow *flow, uint32_t start, const char *text)
{
    struct segment *segment = insert(flow, start, text);

    if (!segment)
        return -1;
    if (end_of(segment) > flow->highest)
        flow->highest = end_of(segment);
    while (flow->waiting > WAITING_MAX)
        shed(flow);
    if (segment->start <= flow->expected)
        deliver(flow);
    return 0;
}

static int skip(struct flow *flow, uint32_t start)
{
    if (start <= flow->expected)
        return -1;
    flow->dropped += start - flow->expected;
    flow->expected = start;
    deliver(flow);
    return 0;
}

static void show(const struct flow *flow)
{
    printf("%u: next %u, highest %u, waiting %u\n", flow->id, flow->expected, flow->highest, flow->waiting);
    for (const struct segment *segment = flow->first; segment; segment = segment->next)
        printf("  %u..%u %s\n", segment->start, end_of(segment), segment->text);
}

static int open_flow(uint32_t id)
{
    for (unsigned i = 0; i < FLOWS && !find_flow(id); i++) {
        if (flows[i])
            continue;
        flows[i] = calloc(1, sizeof *flows[i]);
        if (!flows[i])
            return -1;
        flows[i]->id = id;
        return 0;
    }
    return -1;
}

static void close_flow(struct flow **flow)
{
    while ((*flow)->first)
        remove_at(*flow, &(*flow)->first);
    printf("%u: delivered %llu, dropped %llu\n", (*flow)->id,
           (unsigned long long)(*flow)->delivered, (unsigned long long)(*flow)->dropped);
    free(*flow);
    *flow = NULL;
}

static int obey(const char *line)
{
    char verb[8], text[TEXT_MAX + 1];
    unsigned id, start;
    int words = sscanf(line, "%7s %4u %6u %25[ -~]", verb, &id, &start, text);
    struct flow *flow = words >= 2 ? find_flow(id) : NULL;

    if (words == 2 && strcmp(verb, "open") == 0)
        return open_flow(id);
    if (!flow)
        return -1;
    if (words == 4 && strcmp(verb, "seg") == 0)
        return take_segment(flow, start, text);
    if (words == 3 && strcmp(verb, "skip") == 0)
        return skip(flow, start);
    if (words == 2 && strcmp(verb, "show") == 0) {
        show(flow);
        return 0;
    }
    for (unsigned i = 0; i < FLOWS && words == 2 && strcmp(verb, "close") == 0; i++) {
        if (flows[i] == flow) {
            close_flow(&flows[i]);
            return 0;
        }
    }
    return -1;
}

int main(void)
{
    char line[96];

    while (fgets(line, sizeof line, stdin))
        if (obey(line) != 0)
            puts("?");
    for (unsigned i = 0; i < FLOWS; i++)
        if (flows[i])
            close_flow(&flows[i]);
    return 0;
}
