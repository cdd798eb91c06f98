static uint8_t *$g_cells;
static unsigned $g_spread, $g_high;

@op(load_all)
{
@fields(load_all; width:u8, height:u8, text:bytes)
uint8_t *$buf;

@refuse($width == 0 || $height == 0 || (size_t)$width * $height != $text_n)
$buf = malloc($text_n);
@refuse(!$buf)
memcpy($buf, $text, $text_n);
free($g_cells);
$g_cells = $buf;
$g_spread = $width;
$g_high = $height;
@ok;
}

@op(cell)
{
@fields(cell; place:u8, into:u8)
@guard
@refuse(!$g_cells)
@refuse(@<@{$place >= $g_high || $into >= $g_spread@|$into >= $g_spread || $place >= $g_high@}@|@{$place >= $g_spread || $into >= $g_high@|$into >= $g_high || $place >= $g_spread@}@>)
printf("@{%u,%u: %u@|(%u %u) %u@|%u %u = %u@}\n", $place, $into, @{$g_cells[$into * $g_spread + $place]@|*($g_cells + $place + $g_spread * $into)@});
@ok;
}
