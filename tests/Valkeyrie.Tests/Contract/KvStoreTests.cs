using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Contract;

/// <summary>Addresses and their stores.</summary>
public class KvStoreTests
{
    public KvStoreTests() => EtcdStore.Register();

    [Theory]
    [InlineData("etcd://h1:2379,h2:2379", "etcd", "h1:2379,h2:2379")]
    [InlineData("ETCD://h1", "etcd", "h1")]
    [InlineData("memory:", "memory", "")]
    [InlineData("embedded:/var/lib/x.db", "embedded", "/var/lib/x.db")]
    [InlineData("embedded:///var/lib/x.db", "embedded", "/var/lib/x.db")]
    [InlineData("/var/lib/x.db", "embedded", "/var/lib/x.db")]
    [InlineData("x.db", "embedded", "x.db")]
    [InlineData("C:\\data\\x.db", "embedded", "C:\\data\\x.db")]
    [InlineData("c:x.db", "embedded", "c:x.db")]
    [InlineData("a file@home.db", "embedded", "a file@home.db")]
    public void An_address_is_a_scheme_and_the_rest_and_a_file_without_one(string address, string scheme, string rest) =>
        Assert.Equal(new KvAddress(scheme, rest), KvAddress.Parse(address));

    [Theory]
    [InlineData("embedded:", "", "")]
    [InlineData("x.db", "x.db", "")]
    [InlineData("x.db?history=7&age=2h", "x.db", "history=7&age=2h")]
    [InlineData("embedded:C:\\data\\x.db?age=2h", "C:\\data\\x.db", "age=2h")]
    [InlineData(@"\\?\C:\data\x.db", @"\\?\C:\data\x.db", "")]
    [InlineData(@"embedded:\\?\C:\data\x.db?age=2h", @"\\?\C:\data\x.db", "age=2h")]
    public void The_address_of_a_file_is_the_file_and_settings(string address, string file, string settings) =>
        Assert.Equal((file, settings), KvAddress.Parse(address).SplitSettings());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void An_empty_address_is_refused(string? address) => Assert.Throws<KvInvalidArgumentException>(() => KvAddress.Parse(address!));

    [Fact]
    public void An_address_with_a_password_is_refused_and_the_password_not_shown()
    {
        var refused = Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("etcd://root:s3cret@localhost:2379"));
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scheme_that_nobody_serves_is_refused_and_those_served_are_named()
    {
        var refused = Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("nobody://localhost"));
        Assert.Contains("nobody", refused.Message, StringComparison.Ordinal);
        Assert.Contains("etcd, etcds", refused.Message, StringComparison.Ordinal);
        Assert.Contains("etcd", KvStore.Schemes);
    }

    [Fact]
    public async Task A_kind_of_store_may_register_itself_when_one_is_first_opened()
    {
        var registered = 0;
        KvStore.RegisterWhenOpened(Register, "late-a", "late-b");
        Assert.Contains("late-a", KvStore.Schemes);
        Assert.Equal(0, registered);

        await using (var store = KvStore.Open("late-b://h1"))
        {
            Assert.Equal(1, registered);
        }

        await KvStore.Open("late-a://h1").DisposeAsync();
        Assert.Equal(1, registered);

        // An already registered scheme keeps its store.
        KvStore.RegisterWhenOpened(() => registered += 10, "late-a");
        await KvStore.Open("late-a://h1").DisposeAsync();
        Assert.Equal(1, registered);

        void Register()
        {
            registered++;
            KvStore.Register("late-a", (_, options) => KvStore.Open("etcd://h1", options));
            KvStore.Register("late-b", (_, options) => KvStore.Open("etcd://h1", options));
        }
    }

    [Fact]
    public void A_kind_of_store_that_then_does_not_register_itself_is_told_as_a_fault()
    {
        KvStore.RegisterWhenOpened(() => { }, "late-c");
        Assert.Throws<InvalidOperationException>(() => KvStore.Open("late-c://h1"));
    }

    [Theory]
    [InlineData("etcd://")]
    [InlineData("etcd://,")]
    [InlineData("etcd://host:port")]
    [InlineData("etcd://host:0")]
    [InlineData("etcd://host:70000")]
    [InlineData("etcd://host:2379/path")]
    [InlineData("etcd://host:2379?query")]
    [InlineData("etcd://host name:2379")]
    [InlineData("etcd://http://host:2379")]
    public void Endpoints_that_cannot_be_read_are_refused(string address) => Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open(address));

    [Theory]
    [InlineData("etcd://h", "http://h:2379")]
    [InlineData("etcd://h:1", "http://h:1")]
    [InlineData("etcd://h1:1, h2:2,", "http://h1:1 http://h2:2")]
    [InlineData("etcd://h:1,h:1", "http://h:1")]
    [InlineData("etcd://[::1]:1", "http://[::1]:1")]
    [InlineData("etcd://[::1]", "http://[::1]:2379")]
    [InlineData("etcd://10.0.0.1/", "http://10.0.0.1:2379")]
    [InlineData("etcds://h:1", "https://h:1")]
    public async Task Endpoints_are_hosts_with_or_without_a_port(string address, string endpoints)
    {
        await using var store = KvStore.Open(address);
        Assert.Equal(endpoints.Split(' '), store.Info.Endpoints);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_timeout_of_nothing_is_refused(int seconds) =>
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("etcd://h", new KvStoreOptions { Timeout = TimeSpan.FromSeconds(seconds) }));

    [Fact]
    public void A_timeout_longer_than_a_timer_holds_is_refused() =>
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("etcd://h", new KvStoreOptions { Timeout = TimeSpan.MaxValue }));

    [Fact]
    public void Certificates_for_an_address_without_TLS_are_refused() =>
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("etcd://h", new KvStoreOptions { Tls = new KvTlsOptions() }));

    [Fact]
    public void A_scheme_can_be_registered_by_others()
    {
        KvAddress? opened = null;
        KvStore.Register("of-a-test", (address, _) =>
        {
            opened = address;
            throw new KvInvalidArgumentException("as far as this test goes");
        });
        Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open("OF-A-TEST://here"));
        Assert.Equal(new KvAddress("of-a-test", "here"), opened);
    }

    [Theory]
    [MemberData(nameof(Conformance.EveryCall.OnPaths), MemberType = typeof(Conformance.EveryCall))]
    public async Task A_key_that_breaks_the_rules_is_refused_before_anything_is_sent(string call)
    {
        await using var listener = new ScriptedHttp2Peer(_ => Task.CompletedTask);
        await using var store = listener.Open();
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => Conformance.EveryCall.MakeAsync(call, store, ""));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => Conformance.EveryCall.MakeAsync(call, store, "a\0b"));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(() => Conformance.EveryCall.MakeAsync(call, store, "a\uD83D"));
        Assert.Equal(0, listener.Requests);
    }

    [Fact]
    public async Task A_credential_shows_no_password()
    {
        const string Password = "s3cret";
        var credential = new KvCredential("root", Password);
        var options = new KvStoreOptions { Credential = credential };
        await using var store = KvStore.Open("etcd://h", options);
        Assert.Equal("root", store.Info.UserName);
        Assert.All([$"{credential}", $"{options}", $"{store.Info}", $"{store}"], text => Assert.DoesNotContain(Password, text, StringComparison.Ordinal));
        Assert.DoesNotContain(typeof(KvCredential).GetProperties(), p => p.GetValue(credential) is Password);
    }
}
