# What "make dist" packs is what is kept, and what "make install" puts where.
use v5.36;
use Test::More;
use Cwd 'abs_path';
use File::Temp 'tempdir';

my $top   = abs_path($ENV{srcdir} // '.');
my $build = abs_path($ENV{builddir} // "$top/build");
plan skip_all => 'not configured' unless -e "$build/Makefile";
my $room = tempdir(CLEANUP => 1);

sub make ($words) {
    my $said = qx(make -s --no-print-directory -C '$build' $words 2>&1 < /dev/null);
    is $?, 0, "make $words" =~ s/\Q$room\E/…/gr or diag substr $said, -2000;
}
sub files ($folder) { map { s{^\./}{}r } split /\n/, qx(cd '$folder' && find . -type f) }

SKIP: {
    my @kept = split /\n/, qx(git -C '$top' ls-files 2>/dev/null);
    skip 'this is no checkout', 3 unless @kept;
    make("distdir distdir='$room/packed'");
    my %packed = map { $_ => 1 } files("$room/packed");
    is join(' ', grep { !/gitignore$/ && -e "$top/$_" && !$packed{$_} } @kept), '', 'nothing is left behind';
    is join(' ', grep { /\.(?:o|a|trs|log|tmp)$/ || m{^src/db/sql/.*\.[ch]$} } sort keys %packed), '', 'nothing made is packed';
}

make("install DESTDIR='$room/installed' pkglibexecdir=/x/libexec sbindir=/x/sbin pkgdatadir=/x/share mandir=/x/man");
my %installed = map { $_ => 1 } files("$room/installed");
for my $file (qw(x/libexec/tshop x/libexec/tshop-jobs x/libexec/tshop-render x/libexec/tshop-sandbox x/libexec/tshop-worker x/sbin/tshopctl
    x/share/schema/001-people.sql x/share/schema/views/people.sql x/share/nginx/tshop.conf.in x/share/pages/docs/index.html
    x/share/pages/admin/admin.js x/share/mail/en/order-paid.txt x/man/man8/tshop.8 x/man/man5/tshop.conf.5)) {
    ok $installed{$file}, "$file is installed";
}
is scalar(grep { m{^.*\.service$} } keys %installed), scalar(() = glob "$top/systemd/*.service.in"), 'and every unit';

done_testing;
