@op(gate)
{
@fields(gate; value:u16)
@guard
@refuse(@{$value != $$digest@|($value ^ $$digest) != 0@|$$digest != $value@})
$$phase = @LEVEL;
printf("@{%u@|so far %u@|in step %u@}\n", $$phase);
@ok;
}
