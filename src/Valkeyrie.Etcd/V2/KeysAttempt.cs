using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Valkeyrie.Engine.Http;

namespace Valkeyrie.Etcd.V2;

/// <summary>One request to one endpoint, and its response.</summary>
internal sealed class KeysAttempt(KeysChannel channel, HttpEndpoint endpoint, KeysCall call, Deadline deadline, CancellationToken caller) : IDisposable
{
    /// <summary>The request target of the server's version.</summary>
    public const string VersionTarget = "/version";

    /// <summary>The request target of a member's report, which contains the leader.</summary>
    public const string MemberTarget = "/v2/stats/self";

    private const string IndexHeader = "X-Etcd-Index";
    private const string ClusterHeader = "X-Etcd-Cluster-Id";
    private const long UsualErrorLength = 4 << 10;
    private const long MaxErrorLength = 64 << 10;

    // Far slower than any connection that is usable for a listing.
    private const double SlowestBytesPerSecond = 16 << 10;

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private FormContent? _content;
    private HttpResponseMessage? _response;
    private TimeSpan _waited;

    /// <summary>True if another object reads the rest of the reply and then ends it.</summary>
    public bool IsHandedOn { get; private set; }

    /// <summary>True if the server cannot have received the whole request.</summary>
    public bool IsUnsent => _response is null && _content is { IsBegun: false };

    /// <summary>The status of a refusal; null for none.</summary>
    public int? RefusedStatus => _response is { IsSuccessStatusCode: false } refusal ? (int)refusal.StatusCode : null;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync()
    {
        using var request = NewRequest(call.Method, call.Target);
        if (!call.ReadOnly)
        {
            request.Content = _content = new FormContent(call.Form);
        }

        _response = await channel.Http.SendAsync(request, deadline.Token).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<KeysReply> ReadReplyAsync(ReplyParser parser)
    {
        if (await ReadErrorAsync().ConfigureAwait(false) is { } refused)
        {
            return refused;
        }

        var stream = await _response!.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        using var body = new ReplyBody(stream, parser, ReplyBody.SingleLength);
        while (await body.ReadAsync(deadline.Token).ConfigureAwait(false))
        {
        }

        return parser.IsComplete ? ReplyOf(parser) : throw new KeysProtocolException("its reply is empty.");
    }

    /// <param name="history">The required history of the change.</param>
    /// <param name="reached">The index that the history has reached.</param>
    public async ValueTask<KeysReply> ReadChangeAsync(FollowedHistory history, long reached)
    {
        if (await ReadErrorAsync().ConfigureAwait(false) is { } refused)
        {
            await history.CheckAsync(refused, reached, caller).ConfigureAwait(false);
            return refused;
        }

        await history.CheckAsync(new KeysReply(IndexOf(_response!), endpoint.Name) { ClusterId = ClusterOf(_response!) }, reached, caller).ConfigureAwait(false);
        var parser = new ReplyParser();
        var stream = await _response!.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        using var body = new ReplyBody(stream, parser, ReplyBody.SingleLength);

        // The headers arrive at once, the change when it happens.
        deadline.Lift();
        while (await body.ReadAsync(deadline.Token).ConfigureAwait(false))
        {
        }

        return parser.Node is not null || body.IsEmpty ? ReplyOf(parser) : throw new KeysProtocolException("it reports a change without its key.");
    }

    public async ValueTask<TreeReply> BeginTreeAsync(KeyTree tree, bool keysOnly, bool directories, bool hideLocks)
    {
        if (await ReadErrorAsync().ConfigureAwait(false) is { } refused)
        {
            return new TreeReply(refused);
        }

        var parser = new ReplyParser(tree, keysOnly, directories, hideLocks);
        var stream = await _response!.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        var body = new ReplyBody(stream, parser, ReplyBody.TreeLength);
        try
        {
            // The first part is read here, while another endpoint can still take over.
            var more = await body.ReadAsync(deadline.Token).ConfigureAwait(false);
            RequireNodeAtEnd(parser, more);
            deadline.Lift();
            IsHandedOn = true;
            return new TreeReply(this, body, parser, IndexOf(_response), ClusterOf(_response), more);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public async ValueTask<KvServerStatus> ReadStatusAsync()
    {
        // A missing directory does not matter here; the header distinguishes the server's own "not found" from that of a server without the keys API.
        if (!_response!.IsSuccessStatusCode && !_response.Headers.NonValidated.Contains(IndexHeader))
        {
            throw new KeysRefusedException(_response.StatusCode, null);
        }

        if (_response.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new KeysRefusedException(_response.StatusCode, null);
        }

        channel.CredentialAccepted = true;
        var index = IndexOf(_response);
        _response.Dispose();
        using var request = NewRequest(HttpMethod.Get, VersionTarget);
        _response = await channel.Http.SendAsync(request, deadline.Token).ConfigureAwait(false);
        return new KvServerStatus(endpoint.Name, await ReadVersionTextAsync().ConfigureAwait(false), index);
    }

    /// <summary>Reads the member's report about itself; null if it does not provide one.</summary>
    public async ValueTask<MemberReply?> ReadMemberAsync()
    {
        if (!_response!.IsSuccessStatusCode)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(await ReadShortAsync().ConfigureAwait(false), KeysJson.Default.MemberReply);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public async ValueTask<string> ReadVersionAsync() =>
        _response!.IsSuccessStatusCode ? await ReadVersionTextAsync().ConfigureAwait(false) : throw new KeysRefusedException(_response.StatusCode, null);

    /// <summary>Reads the next part of a tree's reply. Only the time spent waiting counts, not the reader's own work. Each part must arrive within the timeout,
    /// and all waits together within the timeout plus the time that a slow connection needs for the same amount, so that a server cannot occupy a reader by
    /// sending single blanks.</summary>
    public async ValueTask<bool> ReadOnAsync(ReplyBody body, ReplyParser parser)
    {
        var allowed = channel.Timeout + TimeSpan.FromSeconds(body.Received / SlowestBytesPerSecond) - _waited;
        deadline.Restart(allowed < TimeSpan.Zero ? TimeSpan.Zero : allowed < channel.Timeout ? allowed : channel.Timeout);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var more = await body.ReadAsync(deadline.Token).ConfigureAwait(false);
            RequireNodeAtEnd(parser, more);
            deadline.Lift();
            return more;
        }
        catch (Exception e)
        {
            throw channel.FailureOf(e, endpoint, call.Key, caller);
        }
        finally
        {
            _waited += Stopwatch.GetElapsedTime(began);
        }
    }

    public void Dispose()
    {
        _response?.Dispose();
        _content?.Dispose();
        deadline.End();
    }

    private static void RequireNodeAtEnd(ReplyParser parser, bool more)
    {
        if (!more && parser.Node is null)
        {
            throw new KeysProtocolException("its reply names neither a directory nor a key.");
        }
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string target)
    {
        var request = new HttpRequestMessage(method, new Uri(endpoint.Name + target, AsWritten));
        if (channel.Authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", channel.Authorization);
        }

        return request;
    }

    private KeysReply ReplyOf(ReplyParser parser) =>
        new(IndexOf(_response!), endpoint.Name) { ClusterId = ClusterOf(_response!), Action = parser.Action, Node = parser.Node, Previous = parser.Previous };

    /// <summary>Reads the reply of a refusal that is an answer; null if it is not one.</summary>
    private async ValueTask<KeysReply?> ReadErrorAsync()
    {
        if (_response!.IsSuccessStatusCode)
        {
            channel.CredentialAccepted = true;
            return null;
        }

        var error = KeysError.Read(await ReadShortAsync().ConfigureAwait(false));
        if (error is not { IsAnswer: true })
        {
            throw new KeysRefusedException(_response.StatusCode, error);
        }

        channel.CredentialAccepted = true;
        return new KeysReply(error.Index, endpoint.Name) { ClusterId = ClusterOf(_response), Error = error };
    }

    private async ValueTask<string> ReadVersionTextAsync()
    {
        var text = await ReadShortAsync().ConfigureAwait(false);
        try
        {
            var version = JsonSerializer.Deserialize(text, KeysJson.Default.VersionReply);
            return version?.Etcdserver ?? version?.ReleaseVersion ?? throw new KeysProtocolException("it does not report its version.");
        }
        catch (JsonException e)
        {
            throw new KeysProtocolException("it does not report its version.", e);
        }
    }

    private async ValueTask<byte[]> ReadShortAsync()
    {
        var stream = await _response!.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        var buffer = new byte[Math.Min(_response.Content.Headers.ContentLength ?? UsualErrorLength, MaxErrorLength)];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, deadline.Token).ConfigureAwait(false);
        return buffer[..length];
    }

    private static string ClusterOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(ClusterHeader, out var values) ? values.ToString() : "";

    private static long IndexOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(IndexHeader, out var values)
        && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new KeysProtocolException("its reply has no index.");
}
