using System.Globalization;
using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Engine;

/// <summary>Implements <see cref="IEtcdCalls"/> on a store's channel.</summary>
internal sealed class EtcdCalls(EtcdChannel channel) : IEtcdCalls
{
    private const long LongestMilliseconds = 99_999_999;

    public IReadOnlyList<string> Endpoints { get; } = [.. channel.Endpoints.Select(e => e.Name)];

    public TimeSpan Timeout => channel.Timeout;

    public async ValueTask<EtcdReply> CallAsync(
        string method, ReadOnlyMemory<byte> request, EtcdCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var called = MethodOf(method, options);
        var extras = ExtrasOf(options);
        try
        {
            var (message, endpoint) = await channel.CallAsync(
                called, MessageFrame.Of(request.Span), static (_, reply) => (reply.Span.ToArray(), reply.Endpoint), extras, cancellationToken)
                .ConfigureAwait(false);
            return new EtcdReply(message, endpoint, await extras.Metadata.Headers.ConfigureAwait(false), extras.Metadata.Trailers);
        }
        catch (KvException e)
        {
            throw CallErrors.Of(e, extras.Status, extras.Metadata);
        }
    }

    public ValueTask<EtcdOpenCall> OpenAsync(
        string method, ReadOnlyMemory<byte> request, EtcdCallOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(MethodOf(method, options), () => MessageFrame.Of(request.Span), StreamKind.WholeRequest, ExtrasOf(options), cancellationToken);

    public ValueTask<EtcdOpenCall> OpenAsync(string method, EtcdCallOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(MethodOf(method, options), static () => default, StreamKind.RequestToCome, ExtrasOf(options), cancellationToken);

    private async ValueTask<EtcdOpenCall> OpenAsync(
        GrpcMethod method, Func<MessageFrame> request, StreamKind kind, CallExtras extras, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await channel.OpenStreamAsync(method, request(), kind, extras, cancellationToken).ConfigureAwait(false);
            return new EtcdOpenCall(stream, extras, cancellationToken);
        }
        catch (KvException e)
        {
            throw CallErrors.Of(e, extras.Status, extras.Metadata);
        }
    }

    private static GrpcMethod MethodOf(string path, EtcdCallOptions? options) =>
        path.Split('/') is ["", { Length: > 0 } service, { Length: > 0 } name] && IsName(service) && IsName(name)
            ? new GrpcMethod(path, options?.IsRepeatable ?? false)
            : throw new KvInvalidArgumentException($"'{path}' is not a method. Specify /package.Service/Method.");

    private CallExtras ExtrasOf(EtcdCallOptions? options)
    {
        List<HeaderField> fields = [.. (options?.Metadata ?? []).Select(m => FieldOf(m.Key, m.Value))];
        if (options?.Timeout is { } timeout)
        {
            fields.Add(TimeoutField(timeout > TimeSpan.Zero ? timeout : throw new KvInvalidArgumentException($"The timeout of a call must be greater than zero; it is {timeout}.")));
        }

        return new CallExtras([.. fields], EndpointOf(options?.Endpoint), options?.Timeout);
    }

    private ConnectedEndpoint? EndpointOf(string? name) => name is null
        ? null
        : channel.Endpoints.FirstOrDefault(e => e.Name == name) ?? throw new KvInvalidArgumentException(
            $"'{name}' is not an endpoint of {channel.Address}. Specify one of {string.Join(", ", Endpoints)}.");

    // Fields that gRPC and HTTP use themselves are not metadata (gRPC over HTTP/2, "Requests").
    private static HeaderField FieldOf(string name, string value)
    {
        if (!IsName(name) || name.Any(char.IsAsciiLetterUpper) || name.StartsWith("grpc-", StringComparison.Ordinal)
            || name is "content-type" or "te" or "authorization" or "host" or "connection" or "user-agent")
        {
            throw new KvInvalidArgumentException($"'{name}' is not a name for metadata. Use lower-case letters, digits, '-', '_' and '.', but no name that gRPC reserves.");
        }

        return value.All(c => c is >= ' ' and <= '~')
            ? new HeaderField(name, value, HeaderIndexing.Never)
            : throw new KvInvalidArgumentException($"The metadata '{name}' has a value that is not printable ASCII. Use a name that ends in '-bin', and Base64.");
    }

    // Makes the server also stop at the timeout (gRPC over HTTP/2, "Timeout").
    private static HeaderField TimeoutField(TimeSpan timeout)
    {
        var milliseconds = (long)Math.Ceiling(timeout.TotalMilliseconds);
        var text = milliseconds <= LongestMilliseconds
            ? milliseconds.ToString(CultureInfo.InvariantCulture) + "m"
            : Math.Min(milliseconds / 1000, LongestMilliseconds).ToString(CultureInfo.InvariantCulture) + "S";
        return new HeaderField("grpc-timeout", text, HeaderIndexing.None);
    }

    private static bool IsName(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
