@op(fill)
{
@fields(fill; count:u16, width:u8, value:u8)
@guard
@<uint16_t $need = (uint16_t)($count * $width);@|@{size_t $need = (size_t)$count * $width;@|uint32_t $need = $count * $width;@|unsigned long $need = (unsigned long)$count * $width;@}@>
unsigned $acc = 0;
uint8_t *$buf;

@refuse($need == 0 || $need > @MAX)
$buf = malloc($need);
@refuse(!$buf)
@each($i, $count) {
memset($buf + $i * $width, (int)$value, $width);
$acc += $value * $width;
}
printf("@{%u@|filled %u@|= %u@}\n", $acc ^ $buf[0]);
free($buf);
@ok;
}
