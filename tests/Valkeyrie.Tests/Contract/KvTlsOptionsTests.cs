namespace Valkeyrie.Tests.Contract;

/// <summary>Certificates read from PEM files.</summary>
public sealed class KvTlsOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority;

    public KvTlsOptionsTests() => _authority = new TestAuthority(_folder, "ca");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Authorities_and_a_client_certificate_with_its_key_are_read()
    {
        var client = _authority.IssueClient("somebody");
        var tls = KvTlsOptions.FromPemFiles(_authority.Path, client.CertificatePath, client.KeyPath);
        Assert.Equal("CN=ca", Assert.Single(tls.CertificateAuthorities!).Subject);
        Assert.Equal("CN=somebody", tls.ClientCertificate!.Subject);
        Assert.True(tls.ClientCertificate.HasPrivateKey);
        Assert.False(tls.SkipCertificateCheck);
    }

    [Fact]
    public void A_certificate_and_its_key_may_be_in_one_file()
    {
        var client = _authority.IssueClient("somebody");
        var both = _folder.Write("both.pem", File.ReadAllText(client.CertificatePath) + "\n" + File.ReadAllText(client.KeyPath));
        Assert.True(KvTlsOptions.FromPemFiles(null, both).ClientCertificate!.HasPrivateKey);
    }

    [Fact]
    public void Several_authorities_may_be_in_one_file()
    {
        using var other = new TestAuthority(_folder, "other");
        var both = _folder.Write("both.pem", File.ReadAllText(_authority.Path) + "\n" + File.ReadAllText(other.Path));
        Assert.Equal(2, KvTlsOptions.FromPemFiles(both).CertificateAuthorities!.Count);
    }

    [Fact]
    public void Nothing_given_is_the_platforms_own()
    {
        var tls = KvTlsOptions.FromPemFiles(null);
        Assert.Null(tls.CertificateAuthorities);
        Assert.Null(tls.ClientCertificate);
    }

    [Fact]
    public void A_missing_file_is_refused_and_named()
    {
        var missing = _folder.File("missing.pem");
        Assert.Contains(missing, Refused(() => KvTlsOptions.FromPemFiles(missing)).Message, StringComparison.Ordinal);
        Assert.Contains(missing, Refused(() => KvTlsOptions.FromPemFiles(null, missing)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_file_that_is_no_certificate_is_refused(string text)
    {
        var file = _folder.Write("bad.pem", text);
        Refused(() => KvTlsOptions.FromPemFiles(file));
        Refused(() => KvTlsOptions.FromPemFiles(null, file));
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        var one = _authority.IssueClient("one");
        var two = _authority.IssueClient("two");
        Refused(() => KvTlsOptions.FromPemFiles(null, one.CertificatePath, two.KeyPath));
    }

    [Fact]
    public void A_certificate_without_its_key_is_refused() => Refused(() => KvTlsOptions.FromPemFiles(null, _authority.IssueClient("one").CertificatePath));

    private static KvInvalidArgumentException Refused(Action read) => Assert.Throws<KvInvalidArgumentException>(read);
}
