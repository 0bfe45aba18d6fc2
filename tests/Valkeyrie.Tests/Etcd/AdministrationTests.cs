using Valkeyrie.Etcd;
using Valkeyrie.Etcd.Administration;

namespace Valkeyrie.Tests.Etcd;

/// <summary>The administration of a cluster, on a private server.</summary>
public sealed class AdministrationTests : IAsyncLifetime
{
    private EtcdServer _server = null!;
    private IKvStore _store = null!;

    static AdministrationTests()
    {
        EtcdStore.Register();
        EtcdAdministration.Register();
    }

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _store = KvStore.Open(_server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _store.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Members_are_listed_added_as_learners_and_removed()
    {
        var members = _store.GetCapability<IKvMembers>();
        var first = Assert.Single(await members.ListMembersAsync());
        Assert.True(first is { HasStarted: true, IsLearner: false });
        Assert.Contains(first.ClientAddresses, address => address.EndsWith(_server.Endpoint, StringComparison.Ordinal));

        var added = await members.AddMemberAsync(["http://127.0.0.1:1"], asLearner: true);
        Assert.True(added is { HasStarted: false, IsLearner: true });
        Assert.Equal(2, (await members.ListMembersAsync()).Count);
        var changed = await members.UpdateMemberAsync(added.Id, ["http://127.0.0.1:2"]);
        Assert.Equal(["http://127.0.0.1:2"], changed.PeerAddresses);
        await Assert.ThrowsAnyAsync<KvException>(async () => await members.PromoteMemberAsync(added.Id));
        await members.RemoveMemberAsync(added.Id);
        Assert.Equal(first.Id, Assert.Single(await members.ListMembersAsync()).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("not hexadecimal")]
    [InlineData("12345678123456781")]
    public async Task An_id_that_is_none_is_refused_before_anything_is_sent(string id)
    {
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await _store.GetCapability<IKvMembers>().RemoveMemberAsync(id));
        Assert.Contains("Get-KvMember", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.4:2380")]
    [InlineData("ftp://10.0.0.4")]
    [InlineData("http://10.0.0.4:2380/path")]
    public async Task A_peer_address_that_is_none_is_refused_before_anything_is_sent(string address)
    {
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(
            async () => await _store.GetCapability<IKvMembers>().AddMemberAsync([address], asLearner: true));
        Assert.Contains("http://10.0.0.4:2380", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_is_unknown_is_an_error_that_says_so()
    {
        var refused = await Assert.ThrowsAnyAsync<KvException>(async () => await _store.GetCapability<IKvMembers>().RemoveMemberAsync("abc"));
        Assert.Contains("member not found", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Status_hashes_compaction_and_defragmentation()
    {
        var maintenance = _store.GetCapability<IKvMaintenance>();
        for (var i = 0; i < 200; i++)
        {
            await _store.PutAsync("k", new byte[10_000]);
        }

        // The server commits to its database a little later.
        await Patience.UntilAsync(async () => (await maintenance.GetStatusAsync().SingleAsync()).DatabaseSize > 1_000_000, "the database to grow");
        var before = await maintenance.GetStatusAsync().SingleAsync();
        Assert.True(before.IsLeader);
        Assert.Null(before.Reason);
        Assert.Equal(EtcdBinary.ServerIs.ToString(), before.Version);
        var hash = Assert.Single(await maintenance.GetHashesAsync());
        Assert.Equal(before.Revision, hash.Revision);
        Assert.Equal(hash, Assert.Single(await maintenance.GetHashesAsync(hash.Revision)));

        await maintenance.CompactAsync(before.Revision);
        await Assert.ThrowsAsync<KvCompactedException>(async () => await _store.GetAsync("k", new KvReadOptions { Revision = before.Revision - 1 }));
        await Assert.ThrowsAsync<KvCompactedException>(async () => await maintenance.CompactAsync(before.Revision));
        await maintenance.DefragmentAsync(_store.Info.Endpoints[0]);
        var after = await maintenance.GetStatusAsync().SingleAsync();
        Assert.True(after.DatabaseSize < before.DatabaseSize, $"{before.DatabaseSize} -> {after.DatabaseSize}");
        Assert.Empty(await maintenance.ListAlarmsAsync());
    }

    [Fact]
    public async Task A_snapshot_is_what_etcds_own_tool_takes()
    {
        for (var i = 0; i < 300; i++)
        {
            await _store.PutAsync($"k{i}", new byte[3_000]);
        }

        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "snapshot.db");
        var progress = new List<KvSnapshotProgress>();
        KvSnapshot saved;
        await using (var stream = File.Create(file))
        {
            saved = await _store.GetCapability<IKvSnapshots>().SaveSnapshotAsync(stream, new KvSnapshotOptions { Progress = progress.Add });
        }

        Assert.Equal(301, saved.Revision);
        Assert.Equal(new FileInfo(file).Length, saved.Size);
        Assert.Equal(saved.Size, progress[^1].Written);
        Assert.True(progress.Count > 1);

        // The database is a multiple of a disk sector; the hash follows it.
        Assert.Equal(32, saved.Size % 512);
        var bytes = await File.ReadAllBytesAsync(file);
        Assert.Equal(bytes[^32..], System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..^32)));
    }

    [Fact]
    public async Task A_revision_to_come_is_refused()
    {
        var refused = await Assert.ThrowsAnyAsync<KvException>(async () => await _store.GetCapability<IKvMaintenance>().CompactAsync(1_000_000));
        Assert.Equal(KvErrorCode.InvalidArgument, refused.Code);
    }

    [Fact]
    public async Task Users_roles_and_permissions()
    {
        var access = _store.GetCapability<IKvAccess>();
        Assert.Empty(await access.ListUsersAsync());
        await access.AddRoleAsync("team");
        await access.GrantPermissionAsync("team", KvRange.Directory("app"), KvAccessKind.ReadWrite);
        var role = await access.GetRoleAsync("team");
        Assert.Equal(
            [new KvPermission(KvAccessKind.ReadWrite, "app", null), new KvPermission(KvAccessKind.ReadWrite, "app/", "app0")], role.Permissions);

        await access.AddUserAsync("zoe", "first");
        await access.GrantRoleAsync("zoe", "team");
        Assert.Equal(["team"], (await access.GetUserAsync("zoe")).Roles);
        await access.AddUserAsync("root", "r00t");
        await Assert.ThrowsAnyAsync<KvException>(async () => await access.EnableAuthenticationAsync("r00t"));
        await access.AddRoleAsync("root");
        await access.GrantRoleAsync("root", "root");
        await access.EnableAuthenticationAsync("r00t");

        await using var zoe = KvStore.Open(_server.Address, new KvStoreOptions { Credential = new("zoe", "first") });
        await zoe.PutAsync("app", "1");
        await zoe.PutAsync("app/a", "1");
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await zoe.PutAsync("application", "1"));
        await Assert.ThrowsAsync<KvPermissionDeniedException>(async () => await zoe.GetCapability<IKvAccess>().ListUsersAsync());

        // Any client can query this, with any role and without a user.
        Assert.True(await zoe.GetCapability<IKvAccess>().IsAuthenticationEnabledAsync());
        Assert.True(await access.IsAuthenticationEnabledAsync());

        await using var root = KvStore.Open(_server.Address, new KvStoreOptions { Credential = new("root", "r00t") });
        access = root.GetCapability<IKvAccess>();
        Assert.True(await access.IsAuthenticationEnabledAsync());
        await access.SetPasswordAsync("zoe", "second");
        await using var again = KvStore.Open(_server.Address, new KvStoreOptions { Credential = new("zoe", "second") });
        Assert.Equal("1", (await again.GetAsync("app/a")).Value);
        await access.RevokePermissionAsync("team", KvRange.Directory("app"));
        Assert.Empty((await access.GetRoleAsync("team")).Permissions);
        await access.DisableAuthenticationAsync();
        Assert.Equal(["root", "zoe"], await _store.GetCapability<IKvAccess>().ListUsersAsync());
    }

    [Fact]
    public async Task A_permission_is_one_of_exactly_the_keys_that_were_named_and_goes_as_it_came()
    {
        var access = _store.GetCapability<IKvAccess>();
        await access.AddRoleAsync("team");

        // A slash at the end of a key is part of the key, and no key has the name of a directory of keys that begin with one.
        (KvRange Range, KvPermission[] Permissions)[] expected =
        [
            (KvRange.Key("a/"), [new(KvAccessKind.Read, "a/", null)]),
            (KvRange.Directory("a/"), [new(KvAccessKind.Read, "a", null), new(KvAccessKind.Read, "a/", "a0")]),
            (KvRange.Directory("a//"), [new(KvAccessKind.Read, "a/", null), new(KvAccessKind.Read, "a//", "a/0")]),
            (KvRange.Directory("/"), [new(KvAccessKind.Read, "/", "0")]),
            (KvRange.Prefix("a/"), [new(KvAccessKind.Read, "a/", "a0")]),
            (KvRange.All, [new(KvAccessKind.Read, "\0", "")]),
        ];
        foreach (var (range, permissions) in expected)
        {
            await access.GrantPermissionAsync("team", range, KvAccessKind.Read);
            Assert.Equal(permissions, (await access.GetRoleAsync("team")).Permissions);
            await access.RevokePermissionAsync("team", range);
            Assert.Empty((await access.GetRoleAsync("team")).Permissions);
        }

        // A directory is also revoked if only a part of it was granted; a permission that was not granted is refused.
        await access.GrantPermissionAsync("team", KvRange.Prefix("a/"), KvAccessKind.Write);
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.RevokePermissionAsync("team", KvRange.Prefix("a/b")));
        Assert.Contains("'team' has no permission for exactly prefix 'a/b'", refused.Message, StringComparison.Ordinal);
        await access.RevokePermissionAsync("team", KvRange.Directory("a"));
        Assert.Empty((await access.GetRoleAsync("team")).Permissions);
    }

    [Fact]
    public async Task Permissions_are_those_of_the_namespace()
    {
        await using var apart = KvStore.Open(_server.Address, new KvStoreOptions { Namespace = "apart/" });
        var access = apart.GetCapability<IKvAccess>();
        await access.AddRoleAsync("team");
        await access.GrantPermissionAsync("team", KvRange.All, KvAccessKind.Read);
        Assert.Equal([new KvPermission(KvAccessKind.Read, "apart/", "apart0")], (await access.GetRoleAsync("team")).Permissions);
    }

    [Theory]
    [InlineData("a", null, "key 'a'")]
    [InlineData("a/", "a0", "prefix 'a/'")]
    [InlineData("\0", "", "all keys")]
    [InlineData("a", "", "'a' and all keys after it")]
    [InlineData("a", "c", "'a' to before 'c'")]
    [InlineData("ü", "ý", "'ü' to before 'ý'")]
    public void A_permission_says_which_keys_it_is_about(string start, string? end, string expected) =>
        Assert.Equal(expected, $"{new KvPermission(KvAccessKind.Read, start, end):keys}");

    [Fact]
    public async Task A_password_is_only_said_to_be_set_where_the_user_can_sign_in_with_it()
    {
        var access = _store.GetCapability<IKvAccess>();
        await access.AddUserAsync("zoe", "first");
        await access.AddUserAsync("root", null);
        await access.AddRoleAsync("root");
        await access.GrantRoleAsync("root", "root");
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.AddUserAsync("", "s3cret"));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.AddUserAsync("max", ""));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.SetPasswordAsync("zoe", ""));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.AddRoleAsync(""));
        await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.EnableAuthenticationAsync(""));
        Assert.False(await access.IsAuthenticationEnabledAsync());

        // root has only a client certificate, and this connection has none: no one can undo this, and the error states it.
        var locked = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.EnableAuthenticationAsync("s3cret"));
        Assert.Contains("Connect with a client certificate that names root", locked.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", locked.ToString(), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<KvException>(async () =>
        {
            await using var root = KvStore.Open(_server.Address, new KvStoreOptions { Credential = new("root", "s3cret") });
            await root.GetAsync("k");
        });
        Assert.Equal(KvErrorCode.AuthenticationFailed, refused.Code);
    }

    [Fact]
    public async Task Refusals_name_the_user_or_the_role()
    {
        var access = _store.GetCapability<IKvAccess>();
        await access.AddUserAsync("zoe", "s3cret-of-zoe");
        await access.AddRoleAsync("team");
        var exists = await Assert.ThrowsAsync<KvUserExistsException>(async () => await access.AddUserAsync("zoe", "s3cret-of-zoe"));
        Assert.Equal("zoe", exists.Name);
        Assert.DoesNotContain("s3cret", exists.ToString(), StringComparison.Ordinal);
        Assert.Equal("team", (await Assert.ThrowsAsync<KvRoleExistsException>(async () => await access.AddRoleAsync("team"))).Name);

        Func<Task>[] aboutUser =
        [
            async () => await access.GetUserAsync("max"), async () => await access.RemoveUserAsync("max"), async () => await access.SetPasswordAsync("max", "s3cret"),
            async () => await access.GrantRoleAsync("max", "team"), async () => await access.RevokeRoleAsync("max", "team"),
        ];
        foreach (var call in aboutUser)
        {
            var missing = await Assert.ThrowsAsync<KvUserNotFoundException>(call);
            Assert.Equal("max", missing.Name);
            Assert.DoesNotContain("s3cret", missing.ToString(), StringComparison.Ordinal);
        }

        var notGranted = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await access.RevokeRoleAsync("zoe", "team"));
        Assert.Contains("'zoe' does not have the role 'team'", notGranted.Message, StringComparison.Ordinal);
        Func<Task>[] aboutRole =
        [
            async () => await access.GetRoleAsync("none"), async () => await access.RemoveRoleAsync("none"), async () => await access.GrantRoleAsync("zoe", "none"),
            async () => await access.GrantPermissionAsync("none", KvRange.All, KvAccessKind.Read), async () => await access.RevokePermissionAsync("none", KvRange.All),
        ];
        foreach (var call in aboutRole)
        {
            Assert.Equal("none", (await Assert.ThrowsAsync<KvRoleNotFoundException>(call)).Name);
        }
    }

    [Fact]
    public async Task A_store_without_a_cluster_does_not_support_members()
    {
        await using var memory = Valkeyrie.Embedded.EmbeddedStore.OpenInMemory();
        var refused = Assert.Throws<KvNotSupportedException>(() => memory.GetCapability<IKvMembers>());
        Assert.Contains("members", refused.Message, StringComparison.Ordinal);
    }
}
