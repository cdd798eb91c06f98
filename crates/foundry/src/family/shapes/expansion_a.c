static size_t $f_measure(const uint8_t *$p, size_t $size)
{
size_t $need = 1;

@each($i, $size)
$need += @<@{$p[$i] == @MARK@|@MARK == $p[$i]@}@|@{$p[$i] == @MARK || $p[$i] == @SIGN@|$p[$i] == @SIGN || $p[$i] == @MARK@}@> ? @GROWN : 1;
return $need;
}

@op(quote)
{
@fields(quote; text:bytes)
@guard
char *$buf = malloc($f_measure($text, $text_n)), *$to = $buf;

@refuse(!$buf)
@each($k, $text_n) {
if (@{$text[$k] == @MARK || $text[$k] == @SIGN@|$text[$k] == @SIGN || $text[$k] == @MARK@}) {
memset($to, @PAD, @GROWN - 1);
$to += @GROWN - 1;
}
*$to++ = (char)$text[$k];
}
*$to = '\0';
printf("@{%s@|= %s@|quoted %s@}\n", $buf);
free($buf);
@ok;
}
