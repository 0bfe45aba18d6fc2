using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Valkeyrie.Tests.Rigs;

/// <summary>etcd's JSON interface, with which tests change a server without the store.</summary>
internal sealed class EtcdGateway(int port)
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(30) };

    public Task PutAsync(byte[] key, byte[] value) =>
        PostAsync("kv/put", new() { ["key"] = Convert.ToBase64String(key), ["value"] = Convert.ToBase64String(value) });

    public Task DeleteAsync(string key) => PostAsync("kv/deleterange", new() { ["key"] = Base64(key) });

    public Task CompactAsync(long revision) => PostAsync("kv/compaction", new() { ["revision"] = revision.ToString(), ["physical"] = true });

    /// <summary>Gets the keys that start with a text, including lock keys.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string prefix)
    {
        var answer = await RangeAsync(prefix);
        return [.. (answer["kvs"] as JsonArray ?? []).Select(kv => Encoding.UTF8.GetString(Convert.FromBase64String((string)kv!["key"]!)))];
    }

    /// <summary>Gets the leases of the keys that start with a text, including lock keys.</summary>
    public async Task<IReadOnlyList<long>> LeasesAsync(string prefix)
    {
        var answer = await RangeAsync(prefix);
        return [.. (answer["kvs"] as JsonArray ?? []).Select(kv => long.Parse((string?)kv!["lease"] ?? "0")).Where(lease => lease != 0)];
    }

    public Task RevokeAsync(long lease) => PostAsync("kv/lease/revoke", new() { ["ID"] = lease.ToString() });

    /// <summary>True if this member leads.</summary>
    public async Task<bool> LeadsAsync()
    {
        var status = await PostAsync("maintenance/status", []);
        return (string?)status["leader"] == (string?)status["header"]!["member_id"];
    }

    /// <summary>Enables authentication with <c>root</c>, and <c>reader</c> who may only read keys with a prefix. Both have the given password.</summary>
    public async Task EnableAuthAsync(string password, string readablePrefix)
    {
        await PostAsync("auth/user/add", new() { ["name"] = "root", ["password"] = password });
        await PostAsync("auth/role/add", new() { ["name"] = "root" });
        await PostAsync("auth/user/grant", new() { ["user"] = "root", ["role"] = "root" });
        await PostAsync("auth/user/add", new() { ["name"] = "reader", ["password"] = password });
        await PostAsync("auth/role/add", new() { ["name"] = "readers" });
        var permission = new JsonObject { ["permType"] = "READ", ["key"] = Base64(readablePrefix), ["range_end"] = Base64(After(readablePrefix)) };
        await PostAsync("auth/role/grant", new() { ["name"] = "readers", ["perm"] = permission });
        await PostAsync("auth/user/grant", new() { ["user"] = "reader", ["role"] = "readers" });
        await PostAsync("auth/enable", []);
    }

    /// <summary>Sets a user's password after authentication is enabled.</summary>
    /// <param name="user">The user, who needs the permission.</param>
    /// <param name="password">The password to sign in with.</param>
    /// <param name="next">The new password.</param>
    public async Task ChangePasswordAsync(string user, string password, string next)
    {
        var signedIn = await PostAsync("auth/authenticate", new() { ["name"] = user, ["password"] = password });
        await PostAsync("auth/user/changepw", new() { ["name"] = user, ["password"] = next }, (string?)signedIn["token"]);
    }

    /// <summary>Gets the number of calls of a gRPC method since this member started, from its own count.</summary>
    /// <param name="method">The name of the method, such as "Authenticate".</param>
    public async Task<long> CallsOfAsync(string method)
    {
        var metrics = await Client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        return metrics.Split('\n')
            .Where(l => l.StartsWith("grpc_server_started_total{", StringComparison.Ordinal) && l.Contains($"grpc_method=\"{method}\"", StringComparison.Ordinal))
            .Sum(l => long.Parse(l[(l.LastIndexOf(' ') + 1)..]));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string After(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    private Task<JsonNode> RangeAsync(string prefix) =>
        PostAsync("kv/range", new() { ["key"] = Base64(prefix), ["range_end"] = Base64(After(prefix)) });

    private async Task<JsonNode> PostAsync(string path, JsonObject body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/v3/{path}") { Content = JsonContent.Create(body) };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{path}: {text}");
    }
}
