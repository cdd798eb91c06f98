static uint8_t *$g_table;
static size_t $g_size;

@op(open)
{
@fields(open; count:u16)
uint8_t *$buf;

@refuse($count == 0 || $count > @MAX)
$buf = calloc($count, 1);
@refuse(!$buf)
free($g_table);
$g_table = $buf;
$g_size = $count;
@ok;
}

@op(patch)
{
@fields(patch; place:u16, text:bytes)
@guard
@refuse(!$g_table || $place > $g_size || $text_n > $g_size@<@| - $place@>)
@{memcpy($g_table + $place, $text, $text_n);@|@each($i, $text_n)
$g_table[$place + $i] = $text[$i];@|@each($i, $text_n)
$g_table[$place++] = $text[$i];@}
@ok;
}

@op(tally)
{
@fields(tally; amount:u8)
unsigned $acc = $amount;

@each($k, $g_size)
$acc = $acc * @MUL ^ $g_table[$k];
printf("@{%08x@|tally %x@|sum %u@}\n", $acc);
@ok;
}
