static uint8_t *$g_pool;
static size_t $g_size, $g_used;
static size_t $g_head[@CAP], $g_tail[@CAP];

@op(set)
{
@fields(set; text:bytes)
uint8_t *$buf = $text_n ? malloc($text_n) : NULL;

@refuse(!$buf)
memcpy($buf, $text, $text_n);
free($g_pool);
$g_pool = $buf;
$g_size = $text_n;
$g_used = 0;
@ok;
}

@op(define)
{
@fields(define; from:u8, count:u8)
@guard
@refuse($g_used == @CAP || !$g_pool)
@refuse($from >= $g_size || $count > $g_size@<@| - $from@>)
$g_head[$g_used] = $from;
$g_tail[$g_used] = @{$from + $count@|$count + $from@};
$g_used++;
@ok;
}

@op(show)
{
@fields(show; place:u8)
unsigned $acc = @SALT;

@refuse($place >= $g_used)
for (size_t $i = $g_head[$place]; $i < $g_tail[$place]; $i++)
$acc = $acc * @MUL + $g_pool[$i];
printf("@{%u: %08x@|piece %u %x@|#%u %08x@}\n", $place, $acc);
@ok;
}
