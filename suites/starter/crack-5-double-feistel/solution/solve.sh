#!/bin/bash
# Two keys of 20 bits are not one of 40: encrypt the known beginning under every first key, decrypt
# the letter under every second key, and meet in the middle.
set -eu
build=$(mktemp -d)
cat > "$build/meet.c" <<'END'
#define main cipher_main
#include "/work/cipher.c"
#undef main

enum { KEYS = 1 << KEY_BITS, SLOTS = 1 << (KEY_BITS + 2), BLOCKS_MAX = 256 };

static uint32_t middles[SLOTS], first_keys[SLOTS];

int main(void)
{
    static const uint32_t known[4] = {0x46524f4d, 0x20544845, 0x20574152, 0x44454e0a};
    uint32_t blocks[BLOCKS_MAX];
    int count = 0;

    while (count < BLOCKS_MAX && scanf("%8x", &blocks[count]) == 1)
        count++;
    for (uint32_t key = 0; key < KEYS; key++) {
        uint32_t middle = encrypt(known[0], key), at = middle * 2654435769u >> (30 - KEY_BITS);
        while (first_keys[at])
            at = (at + 1) % SLOTS;
        middles[at] = middle;
        first_keys[at] = key + 1;
    }
    for (uint32_t second = 0; second < KEYS; second++) {
        uint32_t middle = decrypt(blocks[0], second), at = middle * 2654435769u >> (30 - KEY_BITS);
        for (; first_keys[at]; at = (at + 1) % SLOTS) {
            uint32_t first = first_keys[at] - 1;
            int i = 0;
            if (middles[at] != middle)
                continue;
            while (i < 4 && decrypt(decrypt(blocks[i], second), first) == known[i])
                i++;
            if (i < 4)
                continue;
            for (i = 0; i < count; i++) {
                uint32_t text = decrypt(decrypt(blocks[i], second), first);
                printf("%c%c%c%c", (int)(text >> 24), (int)(text >> 16 & 255),
                       (int)(text >> 8 & 255), (int)(text & 255));
            }
            return 0;
        }
    }
    return 1;
}
END
gcc -O2 -o "$build/meet" "$build/meet.c"
"$build/meet" < /work/letter.hex > "$build/letter"
sed -n 's/.*countersign: it is \([a-z ]*\)\..*/answer = \1/p' "$build/letter" > /work/submission
