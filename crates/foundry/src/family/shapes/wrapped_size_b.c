@op(fill)
{
@fields(fill; number:u32, value:u16)
@guard
unsigned $need = $number * @UNIT + @HEAD;
unsigned char *$buf, *$to;

@<@refuse($need > @MAX || $need < @HEAD)@|@refuse($number > (@MAX - @HEAD) / @UNIT)@>
$buf = malloc($need);
@refuse(!$buf)
memset($buf, 0, @HEAD);
$to = $buf + @HEAD;
@{for (unsigned $i = 0; $i < $number; $i++, $to += @UNIT)
memset($to, (int)($value >> 4), @UNIT);@|for (unsigned $i = $number; $i-- > 0; $to += @UNIT) {
memset($to, (int)($value & 0xff), @UNIT);
}@}
printf("@{%u %u@|made %u, %u@|%u: %u@}\n", $need, $buf[0]);
free($buf);
@ok;
}
