using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Consul.Calls;

/// <summary>The used calls of Consul's HTTP API, each as one method. Keys are in the server's form.</summary>
/// <param name="channel">Makes the calls.</param>
/// <param name="query">The query of every request, such as the datacenter; empty for none.</param>
/// <param name="hasToken">True if every request has a token.</param>
internal sealed class ConsulApi(HttpChannel channel, string query, bool hasToken) : IAsyncDisposable
{
    private const string IndexHeader = "X-Consul-Index";
    private const string TxnPath = "/v1/txn";

    // An agent reports its whole configuration.
    private const int MaxAgentLength = 4 << 20;

    public TimeSpan Timeout => channel.Timeout;

    public IReadOnlyList<HttpEndpoint> Endpoints => channel.Endpoints;

    /// <summary>Reads one key; null if it does not exist.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ConsulEntry?> GetAsync(string stored, string key, bool stale, CancellationToken cancellationToken)
    {
        if (KeyPlaces.PathOf(stored) is { } path)
        {
            var call = new HttpCall(HttpMethod.Get, Target(path, stale ? "stale" : "consistent"), key) { ReadOnly = true };
            return await channel.CallAsync(call, static (attempt, stored) => ReadEntryAsync(attempt, stored), stored, cancellationToken).ConfigureAwait(false);
        }

        var reply = await CommitAsync(new TxnBody().Get(stored), key, cancellationToken, stale ? "stale" : "consistent").ConfigureAwait(false);
        return reply.IsMade ? Single(reply.Entries, stored) : null;
    }

    /// <summary>Commits a transaction. If a condition does not hold, the result says so; that is not a failure.</summary>
    /// <param name="body">The operations.</param>
    /// <param name="key">The key of the call, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <param name="consistency">For a transaction of reads: <c>consistent</c> or <c>stale</c>; null for one that writes.</param>
    /// <param name="values">False to skip the returned values.</param>
    public ValueTask<TxnReply> CommitAsync(TxnBody body, string? key, CancellationToken cancellationToken, string? consistency = null, bool values = true)
    {
        var call = new HttpCall(HttpMethod.Put, Target(TxnPath, consistency), key) { Body = body.ToMemory(), ReadOnly = consistency is not null };
        return channel.CallAsync(call, static (attempt, values) => ReadTxnAsync(attempt, values), values, cancellationToken);
    }

    /// <summary>Writes a value directly, without a transaction, whose request has no room for a large value.</summary>
    /// <param name="path">The key's path.</param>
    /// <param name="condition">The condition as a query: <c>cas=5</c>, <c>acquire=SESSION</c>, <c>release=SESSION</c>; null for none.</param>
    /// <param name="value">The value.</param>
    /// <param name="key">The key, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <returns>False if the condition did not hold.</returns>
    public ValueTask<bool> PutAsync(string path, string? condition, ReadOnlyMemory<byte> value, string key, CancellationToken cancellationToken) =>
        channel.CallAsync(new HttpCall(HttpMethod.Put, Target(path, condition), key) { Body = value }, static (attempt, _) => ReadBooleanAsync(attempt), 0, cancellationToken);

    /// <summary>Begins to read all keys that start with a text; they arrive as the reader requests them.</summary>
    /// <param name="stored">The text.</param>
    /// <param name="range">The range of the read, for errors.</param>
    /// <param name="stale">True to let any server answer.</param>
    /// <param name="values">False to skip the values.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<EntryStream> OpenTreeAsync(string stored, KvRange range, bool stale, bool values, CancellationToken cancellationToken)
    {
        var consistency = stale ? "stale" : "consistent";
        var call = KeyPlaces.PathOf(stored) is { } path
            ? new HttpCall(HttpMethod.Get, Target(path, "recurse&" + consistency), range.Text) { ReadOnly = true }
            : new HttpCall(HttpMethod.Put, Target(TxnPath, consistency), range.Text) { Body = new TxnBody().GetTree(stored).ToMemory(), ReadOnly = true };
        return channel.CallAsync(call, static (attempt, values) => OpenEntriesAsync(attempt, values), values, cancellationToken);
    }

    /// <summary>Waits until the keys at a path may have changed, and begins to read them.</summary>
    /// <param name="path">The path.</param>
    /// <param name="parameters">Query parameters such as <c>recurse</c>; null for the single key.</param>
    /// <param name="index">The known index; 0 for an immediate answer.</param>
    /// <param name="wait">The longest wait of the server.</param>
    /// <param name="range">The watched range, for errors.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<EntryStream> WaitAsync(string path, string? parameters, long index, TimeSpan wait, KvRange range, CancellationToken cancellationToken)
    {
        var blocking = index == 0 ? "consistent" : string.Create(CultureInfo.InvariantCulture, $"consistent&index={index}&wait={(long)wait.TotalMilliseconds}ms");
        var target = Target(path, parameters is null ? blocking : $"{parameters}&{blocking}");

        // The server adds up to a sixteenth, so that waiting clients do not return all at once. A repeated request could wait for an index that a restarted
        // server will not reach for a long time.
        var call = new HttpCall(HttpMethod.Get, target, range.Text) { ReadOnly = true, Once = index > 0, Wait = index == 0 ? TimeSpan.Zero : wait + wait / 16 };
        return channel.CallAsync(call, static (attempt, _) => OpenEntriesAsync(attempt, values: true), 0, cancellationToken);
    }

    /// <summary>Waits until a key below a path may have changed.</summary>
    /// <returns>The new known index.</returns>
    public ValueTask<long> WaitForIndexAsync(string path, long index, TimeSpan wait, KvRange range, CancellationToken cancellationToken)
    {
        var target = Target(path, string.Create(CultureInfo.InvariantCulture, $"keys&separator=%2F&consistent&index={index}&wait={(long)wait.TotalMilliseconds}ms"));
        var call = new HttpCall(HttpMethod.Get, target, range.Text) { ReadOnly = true, Once = index > 0, Wait = index == 0 ? TimeSpan.Zero : wait + wait / 16 };
        return channel.CallAsync(call, static (attempt, _) => ReadIndexAsync(attempt), 0, cancellationToken);
    }

    /// <summary>Reads the names of all keys that start with a text or, with a separator, only the names up to the next slash.</summary>
    /// <param name="path">The path of the text.</param>
    /// <param name="level">True for the names up to the next slash.</param>
    /// <param name="key">The key or range of the read, for errors.</param>
    /// <param name="stale">True to let any server answer.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<IReadOnlyList<string>> NamesAsync(string path, bool level, string key, bool stale, CancellationToken cancellationToken)
    {
        var target = Target(path, (level ? "keys&separator=%2F&" : "keys&") + (stale ? "stale" : "consistent"));
        return channel.CallAsync(new HttpCall(HttpMethod.Get, target, key) { ReadOnly = true }, static (attempt, _) => ReadNamesAsync(attempt), 0, cancellationToken);
    }

    /// <summary>Reads the store's newest revision: the index of a missing key is that of all keys.</summary>
    /// <param name="stored">A key that does not exist.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<long> NewestIndexAsync(string stored, CancellationToken cancellationToken) =>
        channel.CallAsync(NewestIndex(stored), static (attempt, _) => ReadIndexAsync(attempt), 0, cancellationToken);

    /// <summary>Reads the newest revision of an endpoint and its report about itself.</summary>
    public async ValueTask<(HttpEndpoint Endpoint, long Index, AgentReply? Agent)> StatusAsync(
        HttpEndpoint? only, string stored, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (endpoint, index) = only is null
            ? await channel.CallAsync(NewestIndex(stored), PingAsync, hasToken, cancellationToken).ConfigureAwait(false)
            : await channel.AskAsync(only, NewestIndex(stored), attempt => PingAsync(attempt, hasToken), timeout, cancellationToken).ConfigureAwait(false);
        var agent = await channel.AskAsync(endpoint, Self(), ReadAgentAsync, timeout, cancellationToken).ConfigureAwait(false);
        return (endpoint, index, agent);

        static async ValueTask<(HttpEndpoint, long)> PingAsync(HttpAttempt attempt, bool hasToken) =>
            (attempt.Endpoint, await ReadPingAsync(attempt, hasToken).ConfigureAwait(false));
    }

    /// <summary>Creates a session. Retries are safe: an extra session ends with its time to live.</summary>
    public async ValueTask<string> CreateSessionAsync(SessionRequest session, string? key, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(session, ConsulJson.Default.SessionRequest);
        var call = new HttpCall(HttpMethod.Put, Target("/v1/session/create"), key) { Body = body, ReadOnly = true };
        var reply = await channel.CallAsync(call, static (attempt, _) => ReadSessionAsync(attempt), 0, cancellationToken).ConfigureAwait(false);
        return reply.ID!;
    }

    /// <summary>Renews a session; null if it has ended.</summary>
    public async ValueTask<SessionReply?> RenewSessionAsync(string session, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Put, Target("/v1/session/renew/" + Uri.EscapeDataString(session)), null) { Body = ReadOnlyMemory<byte>.Empty, ReadOnly = true };
        var replies = await channel.CallAsync(call, static (attempt, _) => ReadAsync(attempt, ConsulJson.Default.SessionReplyArray), 0, cancellationToken).ConfigureAwait(false);
        return replies is [var session1, ..] ? session1 : null;
    }

    /// <summary>Reads a session; null if it has ended.</summary>
    public async ValueTask<SessionReply?> GetSessionAsync(string session, string? key, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Get, Target("/v1/session/info/" + Uri.EscapeDataString(session), "consistent"), key) { ReadOnly = true };
        var replies = await channel.CallAsync(call, static (attempt, _) => ReadAsync(attempt, ConsulJson.Default.SessionReplyArray), 0, cancellationToken).ConfigureAwait(false);
        return replies is [var reply, ..] ? reply : null;
    }

    /// <summary>Ends a session, and with it its hold on keys. Has no effect if it has already ended.</summary>
    public async ValueTask DestroySessionAsync(string session, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Put, Target("/v1/session/destroy/" + Uri.EscapeDataString(session)), null) { Body = ReadOnlyMemory<byte>.Empty, ReadOnly = true };
        await channel.CallAsync(call, static (attempt, _) => ReadBooleanAsync(attempt), 0, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => channel.DisposeAsync();

    private HttpCall NewestIndex(string stored) => new(HttpMethod.Get, Target(KeyPlaces.PathOf(stored) ?? "/v1/kv/" + Uri.EscapeDataString(stored), "consistent"), null) { ReadOnly = true };

    private HttpCall Self() => new(HttpMethod.Get, Target("/v1/agent/self"), null) { ReadOnly = true };

    private string Target(string path, string? parameters = null) => (parameters, query) switch
    {
        (null, "") => path,
        (null, _) => $"{path}?{query}",
        (_, "") => $"{path}?{parameters}",
        _ => $"{path}?{parameters}&{query}",
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ConsulEntry?> ReadEntryAsync(HttpAttempt attempt, string stored)
    {
        if (await IsMissingAsync(attempt).ConfigureAwait(false))
        {
            return null;
        }

        var parser = new EntryParser();
        await attempt.ParseAsync(parser).ConfigureAwait(false);
        return Single(parser.Entries, stored);
    }

    private static ConsulEntry Single(IReadOnlyList<ConsulEntry> entries, string stored) =>
        entries is [var entry] && entry.Key == stored ? entry : throw new ReplyException("its reply contains a key that was not requested.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<TxnReply> ReadTxnAsync(HttpAttempt attempt, bool values)
    {
        var isConflict = attempt.Response.StatusCode == HttpStatusCode.Conflict;
        if (!isConflict)
        {
            await RequireSuccessAsync(attempt).ConfigureAwait(false);
        }

        var parser = new EntryParser(values);
        await attempt.ParseAsync(parser).ConfigureAwait(false);

        // For a transaction, the server reports a missing permission as one of its errors.
        if (parser.Errors.Find(e => e.Text.Contains("Permission denied", StringComparison.Ordinal)) is { Text: not null } denied)
        {
            throw new ConsulRefusedException(HttpStatusCode.Forbidden, denied.Text);
        }

        return parser.IsOfTransaction && isConflict == parser.Errors.Count > 0
            ? new TxnReply(parser.Entries, parser.Errors)
            : throw new ReplyException("its reply does not state whether the transaction was committed.");
    }

    private static async ValueTask<bool> ReadBooleanAsync(HttpAttempt attempt)
    {
        await RequireSuccessAsync(attempt).ConfigureAwait(false);
        return Encoding.ASCII.GetString(await attempt.ReadShortAsync().ConfigureAwait(false)).Trim() switch
        {
            "true" => true,
            "false" => false,
            _ => throw new ReplyException("its reply is neither true nor false."),
        };
    }

    private static async ValueTask<IReadOnlyList<string>> ReadNamesAsync(HttpAttempt attempt)
    {
        if (await IsMissingAsync(attempt).ConfigureAwait(false))
        {
            return [];
        }

        var parser = new NameParser();
        await attempt.ParseAsync(parser).ConfigureAwait(false);
        return parser.Names;
    }

    private static async ValueTask<EntryStream> OpenEntriesAsync(HttpAttempt attempt, bool values)
    {
        if (await IsMissingAsync(attempt).ConfigureAwait(false))
        {
            return new EntryStream(IndexOf(attempt));
        }

        // For a transaction, the server sends no index.
        var index = attempt.Response.Headers.NonValidated.Contains(IndexHeader) ? IndexOf(attempt) : 0;
        var parser = new EntryParser(values);
        var (body, more) = await attempt.HandOnAsync(parser).ConfigureAwait(false);
        return new EntryStream(attempt, body, parser, index, more);
    }

    private static async ValueTask<long> ReadIndexAsync(HttpAttempt attempt)
    {
        await IsMissingAsync(attempt).ConfigureAwait(false);
        return IndexOf(attempt);
    }

    // A user who may not read this key may still read others. A caller without a token gets the advice to specify one.
    private static async ValueTask<long> ReadPingAsync(HttpAttempt attempt, bool hasToken)
    {
        try
        {
            return await ReadIndexAsync(attempt).ConfigureAwait(false);
        }
        catch (ConsulRefusedException e) when (hasToken && e.Text.Contains("Permission denied", StringComparison.Ordinal))
        {
            return 0;
        }
    }

    private static async ValueTask<AgentReply?> ReadAgentAsync(HttpAttempt attempt)
    {
        if (attempt.Response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return null;
        }

        await RequireSuccessAsync(attempt).ConfigureAwait(false);
        return Deserialize(await attempt.ReadWholeAsync(MaxAgentLength).ConfigureAwait(false), ConsulJson.Default.AgentReply);
    }

    private static async ValueTask<SessionReply> ReadSessionAsync(HttpAttempt attempt)
    {
        await RequireSuccessAsync(attempt).ConfigureAwait(false);
        var session = Deserialize(await attempt.ReadShortAsync().ConfigureAwait(false), ConsulJson.Default.SessionReply);
        return session is { ID.Length: > 0 } ? session : throw new ReplyException("it created a session without reporting its id.");
    }

    private static async ValueTask<T?> ReadAsync<T>(HttpAttempt attempt, JsonTypeInfo<T> type)
        where T : class
    {
        // The session does not exist.
        if (attempt.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await RequireSuccessAsync(attempt).ConfigureAwait(false);
        return Deserialize(await attempt.ReadShortAsync().ConfigureAwait(false), type);
    }

    private static T Deserialize<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new ReplyException("its reply is empty.");
        }
        catch (JsonException e)
        {
            throw new ReplyException("its reply does not match the request.", e);
        }
    }

    /// <summary>Checks whether the answer means that the key does not exist. An answer without an index comes from another kind of server.</summary>
    private static async ValueTask<bool> IsMissingAsync(HttpAttempt attempt)
    {
        if (attempt.Response.StatusCode == HttpStatusCode.NotFound && attempt.Response.Headers.NonValidated.Contains(IndexHeader))
        {
            return true;
        }

        await RequireSuccessAsync(attempt).ConfigureAwait(false);
        return false;
    }

    private static async ValueTask RequireSuccessAsync(HttpAttempt attempt)
    {
        if (!attempt.Response.IsSuccessStatusCode)
        {
            var text = Encoding.UTF8.GetString(await attempt.ReadShortAsync().ConfigureAwait(false));
            throw new ConsulRefusedException(attempt.Response.StatusCode, text.Length > MaxText ? text[..MaxText] : text);
        }
    }

    // Longer than any sentence of the server.
    private const int MaxText = 1024;

    private static long IndexOf(HttpAttempt attempt) =>
        attempt.Response.Headers.NonValidated.TryGetValues(IndexHeader, out var values)
        && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new ReplyException("its reply has no index.");
}
