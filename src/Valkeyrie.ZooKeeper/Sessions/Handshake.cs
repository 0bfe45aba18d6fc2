using System.Buffers.Binary;
using Valkeyrie.ZooKeeper.Jute;
using Valkeyrie.ZooKeeper.Net;
using Valkeyrie.ZooKeeper.Protocol;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Opens a session on a new connection, or resumes an existing one.</summary>
internal static class Handshake
{
    /// <summary>Connects to a member.</summary>
    /// <param name="settings">The store.</param>
    /// <param name="endpoint">The member.</param>
    /// <param name="request">The requested session.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection, and the session that the server opened.</returns>
    /// <exception cref="SessionException">The handshake failed. <see cref="FailureKind.Expired"/>: the session no longer exists.</exception>
    public static async Task<(Stream Stream, ConnectReply Reply)> MakeAsync(
        SessionSettings settings, Endpoint endpoint, ConnectRequest request, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(settings.ConnectTimeout);
        Stream? stream = null;
        try
        {
            stream = await MemberDial.ConnectAsync(endpoint, settings.Tls, time.Token).ConfigureAwait(false);
            var writer = new JuteWriter();
            request.Write(writer);
            await stream.WriteAsync(writer.Written, time.Token).ConfigureAwait(false);
            var reply = await ReadAsync(stream, time.Token).ConfigureAwait(false);
            return reply.Timeout > TimeSpan.Zero
                ? (stream, reply)
                : throw new SessionException(FailureKind.Expired, "The session has expired.") { Endpoint = endpoint.ToString(), NotSent = true };
        }
        catch (Exception e)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            throw Translated(e, endpoint, isConnected: stream is not null, settings.Tls is not null, cancellationToken.IsCancellationRequested);
        }
    }

    private static async Task<ConnectReply> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length is < 0 or > ConnectReply.LongestFrame)
        {
            throw new JuteException($"Its first frame has the invalid length {length}.");
        }

        var frame = new byte[length];
        await stream.ReadExactlyAsync(frame, cancellationToken).ConfigureAwait(false);
        var reader = new JuteReader(frame);
        return ConnectReply.Read(ref reader);
    }

    private static Exception Translated(Exception e, Endpoint endpoint, bool isConnected, bool isTls, bool isCancelled)
    {
        return e switch
        {
            SessionException => e,
            OperationCanceledException when isCancelled => e,
            OperationCanceledException when isConnected => Of(FailureKind.CannotServe, "It accepted the connection but did not answer in time."),
            OperationCanceledException => Of(FailureKind.NotConnected, "The connection was not established in time."),
            JuteException => Of(FailureKind.Protocol, e.Message),

            // With TLS 1.3, the server checks the client's certificate after the client considers the handshake complete.
            IOException when isConnected && isTls && e is not EndOfStreamException => Of(
                FailureKind.Tls, "It ended the connection at once. It may require another client certificate."),
            IOException => Of(
                FailureKind.CannotServe,
                "It ended the connection without an answer. A member does so while its ensemble has no leader, or while it is behind the last state of the session."),
            _ => Of(FailureKind.NotConnected, e.Message),
        };

        SessionException Of(FailureKind kind, string message) => new(kind, message, e) { Endpoint = endpoint.ToString(), NotSent = true };
    }
}
