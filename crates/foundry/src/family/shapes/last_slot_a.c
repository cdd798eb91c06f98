static unsigned $g_items[@CAP];
static size_t $g_used;

@op(add)
{
@fields(add; value:u16, count:u8)
@guard
@{@refuse($count == 0)
while ($count-- > 0) {
@refuse($g_used @<> @CAP@|@{>= @CAP@|== @CAP@|> @CAP - 1@}@>)
$g_items[$g_used++] = $value;
}
@|@refuse($count < 1)
do {
if ($g_used @<@{<= @CAP@|< @CAP + 1@}@|@{< @CAP@|!= @CAP@}@>)
$g_items[$g_used] = $value;
else
@fail;
$g_used++;
} while (--$count);
@}@ok;
}

@op(sum)
{
@fields(sum; amount:u8)
unsigned long $acc = 0;

@each($i, $g_used)
$acc += (unsigned long)$g_items[$i] * $amount;
printf("@{%lu in %zu@|sum %lu of %zu@|%lu:%zu@}\n", $acc, $g_used);
@ok;
}
