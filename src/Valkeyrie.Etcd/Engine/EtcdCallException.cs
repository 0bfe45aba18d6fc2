namespace Valkeyrie.Etcd.Engine;

/// <summary>A call of <see cref="IEtcdCalls"/> failed. The inner exception is the error that the store's own calls would throw.</summary>
#pragma warning disable CA1032 // created here with all arguments
public sealed class EtcdCallException : Exception
#pragma warning restore CA1032
{
    internal EtcdCallException(int statusCode, string detail, IReadOnlyList<KeyValuePair<string, string>> trailers, KvException error)
        : base(error.Message, error)
    {
        StatusCode = statusCode;
        Detail = detail;
        Trailers = trailers;
        Error = error;
    }

    /// <summary>The gRPC status code, from 1 (cancelled) to 16 (unauthenticated): the server's, or the equivalent of the failure if no server
    /// answered.</summary>
    public int StatusCode { get; }

    /// <summary>The server's unchanged text; the message of <see cref="Error"/> if no server answered. It comes from another program: make it visible
    /// (<see cref="VisibleText"/>) before you show it.</summary>
    public string Detail { get; }

    /// <summary>The metadata after the reply; empty if there was none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; }

    /// <summary>The error that the store's own calls would throw, with its code, endpoint and advice.</summary>
    public KvException Error { get; }
}
