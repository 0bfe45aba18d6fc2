using System.Security.Cryptography.X509Certificates;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Etcd;

/// <summary>A store of etcd that is opened by the URLs of its endpoints, without an address.</summary>
public sealed class OpenByUrlTests
{
    [Theory]
    [InlineData(false, "http://h1:2379 http://[::1]:2380", "etcd://h1:2379,[::1]:2380")]
    [InlineData(false, "https://h1:2379", "etcds://h1:2379")]
    [InlineData(false, "http://h1", "etcd://h1:80")]
    [InlineData(true, "http://h1:2379 http://h1:2379", "etcdv2://h1:2379")]
    [InlineData(true, "https://h1:2379", "etcdv2s://h1:2379")]
    public async Task The_address_of_the_store_opens_the_same_again(bool v2, string urls, string address)
    {
        EtcdStore.Register();
        await using var store = Open(v2, urls);
        Assert.Equal(address, store.Info.Address);
        await using var again = KvStore.Open(address);
        Assert.Equal((address, store.Info.Scheme), (again.Info.Address, again.Info.Scheme));
        Assert.Equal(store.Info.Endpoints, again.Info.Endpoints);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://h1:2379 https://h2:2379")]
    [InlineData("ftp://h1:2379")]
    [InlineData("http://h1:2379/v3")]
    [InlineData("http://h1:2379/?a")]
    public void What_is_no_endpoint_is_refused(string urls) =>
        Assert.Equal("endpoints", Assert.Throws<KvInvalidArgumentException>(() => Open(v2: false, urls)).ParamName);

    [Fact]
    public void A_password_in_a_URL_is_refused_and_not_shown()
    {
        var refused = Assert.Throws<KvInvalidArgumentException>(() => Open(v2: false, "http://ann:secret@h1:2379"));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("h1:2379", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_for_endpoints_without_TLS_are_refused() => Assert.Equal(
        "Tls",
        Assert.Throws<KvInvalidArgumentException>(() => EtcdStore.Open([new Uri("http://h1:2379")], new KvStoreOptions { Tls = new KvTlsOptions { CertificateAuthorities = new X509Certificate2Collection() } }))
            .ParamName);

    [Fact]
    public void Options_are_checked() => Assert.Equal(
        "Timeout", Assert.Throws<KvInvalidArgumentException>(() => EtcdStore.Open([new Uri("http://h1:2379")], new KvStoreOptions { Timeout = TimeSpan.Zero })).ParamName);

    private static IKvStore Open(bool v2, string urls)
    {
        var endpoints = urls.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(u => new Uri(u));
        return v2 ? EtcdStore.OpenV2(endpoints) : EtcdStore.Open(endpoints);
    }
}
