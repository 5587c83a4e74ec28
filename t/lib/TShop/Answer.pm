package TShop::Answer;

# What came back: a status, headers, a body, and the envelope if it is one.

use v5.36;
use JSON::PP ();

my $reader = JSON::PP->new->utf8->allow_nonref->boolean_values(0, 1);

sub new ($class, %o) { bless {%o}, $class }

sub status ($self)  { $self->{status} }
sub body ($self)    { $self->{body} }
sub headers ($self) { $self->{headers} }
sub seconds ($self) { $self->{seconds} }

# The value of a header, or undef; of several the first.
sub header ($self, $name) {
    my $value = $self->{headers}{ lc $name };
    return ref $value ? $value->[0] : $value;
}

sub header_values ($self, $name) {
    my $value = $self->{headers}{ lc $name } // return;
    return ref $value ? @$value : $value;
}

# The body as a Perl structure; undef if it is no JSON.
sub json ($self) { $self->{json} //= eval { $reader->decode($self->{body}) } }

sub _member ($self, $name) {
    my $json = $self->json;
    return ref $json eq 'HASH' ? $json->{$name} : undef;
}

sub success ($self) { $self->_member('success') }
sub data ($self)    { $self->_member('data') }
sub meta ($self)    { $self->_member('meta') // {} }
sub error ($self)   { $self->_member('error') // {} }
sub code ($self)    { $self->error->{code} // '' }

# The codes of a VALIDATION_ERROR by field.
sub wrong ($self) {
    my $details = $self->error->{details};
    return { map { $_->{field} => $_->{code} } ref $details eq 'ARRAY' ? @$details : () };
}

# For a test's diagnosis: "422 VALIDATION_ERROR {…}".
sub brief ($self) { "$self->{status} " . substr $self->{body} // '', 0, 300 }

1;
