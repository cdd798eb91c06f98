/* Replays an edited archive of eight slots. Input: "ARC5", then chunks of
 *   kind (1 byte), length (1 byte), body (length bytes), check (4 bytes, big endian).
 * The check is a CRC-32 (as in zlib) over kind, length and body, continued from the check of
 * the chunk before it (the first from 0).
 *
 *   'N' slot, bytes   fills an empty slot
 *   'L' slot, other   lets an empty slot share what another one holds
 *   'X' slot, other   exchanges two slots
 *   'R' slot          empties a slot
 *   'P' slot          prints a slot
 *   'Z'               end, no body
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 8, BODY_MAX = 255 };

struct slot {
    uint8_t *bytes;
    unsigned length;
    int shared; /* -1: the bytes are its own; else the slot they belong to */
};

static struct slot slots[SLOTS];

static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t length)
{
    crc = ~crc;
    while (length--) {
        crc ^= *bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320u : 0);
    }
    return ~crc;
}

static int fill(struct slot *slot, const uint8_t *bytes, unsigned length)
{
    if (slot->bytes || length == 0)
        return -1;
    slot->bytes = malloc(length);
    if (!slot->bytes)
        return -1;
    memcpy(slot->bytes, bytes, length);
    slot->length = length;
    slot->shared = -1;
    return 0;
}

static int share(unsigned index, unsigned other)
{
    if (slots[index].bytes || !slots[other].bytes)
        return -1;
    slots[index] = slots[other];
    if (slots[other].shared < 0)
        slots[index].shared = (int)other;
    return 0;
}

static int exchange(unsigned index, unsigned other)
{
    struct slot kept = slots[index];

    if (!slots[index].bytes || !slots[other].bytes)
        return -1;
    slots[index] = slots[other];
    slots[other] = kept;
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slots[i].shared == (int)index)
            slots[i].shared = (int)other;
        else if (slots[i].shared == (int)other)
            slots[i].shared = (int)index;
    }
    return 0;
}

/* What others share passes to the first of them, and goes with the last. */
static int empty(unsigned index)
{
    struct slot *slot = &slots[index];
    int heir = -1;

    if (!slot->bytes)
        return -1;
    for (int i = 0; slot->shared < 0 && i < SLOTS; i++) {
        if (!slots[i].bytes || slots[i].shared != (int)index)
            continue;
        slots[i].shared = heir;
        if (heir < 0)
            heir = i;
    }
    if (slot->shared < 0 && heir < 0)
        free(slot->bytes);
    memset(slot, 0, sizeof *slot);
    return 0;
}

static int print(const struct slot *slot)
{
    if (!slot->bytes)
        return -1;
    for (unsigned i = 0; i < slot->length; i++)
        printf("%02x", slot->bytes[i]);
    putchar('\n');
    return 0;
}

static int replay(uint8_t kind, const uint8_t *body, unsigned length)
{
    unsigned index = length > 0 ? body[0] : SLOTS;
    unsigned other = length == 2 ? body[1] : SLOTS;

    if (index >= SLOTS)
        return -1;
    if (kind == 'N')
        return fill(&slots[index], body + 1, length - 1);
    if (kind == 'R' && length == 1)
        return empty(index);
    if (kind == 'P' && length == 1)
        return print(&slots[index]);
    if (other >= SLOTS)
        return -1;
    return kind == 'L' ? share(index, other) : kind == 'X' ? exchange(index, other) : -1;
}

int main(void)
{
    uint8_t chunk[2 + BODY_MAX], check[4], magic[4];
    uint32_t crc = 0;
    int status = 1;

    if (fread(magic, 1, 4, stdin) != 4 || memcmp(magic, "ARC5", 4) != 0)
        status = -1;
    while (status == 1) {
        status = -1;
        if (fread(chunk, 1, 2, stdin) != 2 || fread(chunk + 2, 1, chunk[1], stdin) != chunk[1] ||
            fread(check, 1, 4, stdin) != 4)
            break;
        crc = crc32(crc, chunk, 2u + chunk[1]);
        if (crc != ((uint32_t)check[0] << 24 | (uint32_t)check[1] << 16 |
                    (uint32_t)check[2] << 8 | check[3]))
            break;
        if (chunk[0] == 'Z')
            status = 0;
        else if (replay(chunk[0], chunk + 2, chunk[1]) == 0)
            status = 1;
    }
    for (unsigned i = 0; i < SLOTS; i++)
        if (slots[i].bytes)
            empty(i);
    if (status != 0)
        fputs("archive: broken\n", stderr);
    return status != 0;
}
