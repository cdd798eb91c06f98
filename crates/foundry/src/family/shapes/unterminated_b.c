@op(join)
{
@fields(join; text:bytes, number:u8)
@guard
char $line[@CAP];
size_t $i = 0;
unsigned $acc = $number;

while ($i < $text_n && $i < sizeof $line@<@| - 1@> && $text[$i])
@{$line[$i] = (char)$text[$i], $i++;@|{
$line[$i] = (char)$text[$i];
$i++;
}@}
if ($i < sizeof $line)
$line[$i] = '\0';
@{for (const char *$p = $line; *$p; $p++)
$acc = $acc * @MUL + (unsigned char)*$p;@|for (size_t $k = 0; $line[$k]; $k++)
$acc = $acc * @MUL ^ (unsigned char)$line[$k];@}
printf("@{%08x@|line %x@|%u@}\n", $acc);
@ok;
}
