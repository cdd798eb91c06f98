/* Encrypts letters twice over: cipher KEY1 KEY2 < letter > letter.hex
 *
 * Keys are numbers of 20 bits. A letter is cut into blocks of four bytes, the last one filled up
 * with spaces; each block is encrypted with the first key, then with the second. Every letter
 * begins with "FROM THE WARDEN\n".
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 8, KEY_BITS = 20 };

static uint16_t round_key(uint32_t key, int round)
{
    uint64_t spread = (uint64_t)key * 0x9e3779b97f4a7c15u;

    return (uint16_t)(spread >> (round * 5 + 4));
}

static uint16_t mix(uint16_t half, uint16_t key)
{
    uint32_t product = (uint32_t)(half ^ key) * 0x8f6bu + key;

    return (uint16_t)(product ^ product >> 11 ^ product >> 16);
}

uint32_t encrypt(uint32_t block, uint32_t key)
{
    uint16_t left = (uint16_t)(block >> 16), right = (uint16_t)block;

    for (int round = 0; round < ROUNDS; round++) {
        uint16_t next = left ^ mix(right, round_key(key, round));

        left = right;
        right = next;
    }
    return (uint32_t)left << 16 | right;
}

uint32_t decrypt(uint32_t block, uint32_t key)
{
    uint16_t left = (uint16_t)(block >> 16), right = (uint16_t)block;

    for (int round = ROUNDS - 1; round >= 0; round--) {
        uint16_t last = right ^ mix(left, round_key(key, round));

        right = left;
        left = last;
    }
    return (uint32_t)left << 16 | right;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 1;
    uint32_t first = (uint32_t)strtoul(argv[1], NULL, 0) & ((1u << KEY_BITS) - 1);
    uint32_t second = (uint32_t)strtoul(argv[2], NULL, 0) & ((1u << KEY_BITS) - 1);
    int c = getchar();

    while (c != EOF) {
        uint32_t block = 0;

        for (int i = 0; i < 4; i++) {
            block = block << 8 | (uint32_t)(c == EOF ? ' ' : c);
            c = c == EOF ? EOF : getchar();
        }
        printf("%08x\n", (unsigned)encrypt(encrypt(block, first), second));
    }
    return 0;
}
