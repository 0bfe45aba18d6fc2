using System.Text;
using Valkeyrie.Engine.Telemetry;
using Valkeyrie.ZooKeeper.Net;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Members;

/// <summary>Reads a member's report about itself, over a separate connection without a session.</summary>
internal static class MemberQuestion
{
    private const int LongestAnswer = 16 << 10;
    private const string Question = "srvr";

    /// <exception cref="SessionException">The member cannot be reached, or is not a ZooKeeper server.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<MemberReport> AskAsync(Endpoint endpoint, KvTlsOptions? tls, CancellationToken cancellationToken)
    {
        var observed = CallTelemetry.Begin(ZooKeeperSystem.Instance, Question, key: null);
        observed?.BeginAttempt(endpoint.ToString());
        try
        {
            return await AskOnceAsync(endpoint, tls, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            observed?.Failed(e);
            throw;
        }
        finally
        {
            observed?.End();
        }
    }

    private static async Task<MemberReport> AskOnceAsync(Endpoint endpoint, KvTlsOptions? tls, CancellationToken cancellationToken)
    {
        var stream = await MemberDial.ConnectAsync(endpoint, tls, cancellationToken).ConfigureAwait(false);
        await using var disposeStream = stream.ConfigureAwait(false);
        var answer = new byte[LongestAnswer];
        var length = 0;
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Question), cancellationToken).ConfigureAwait(false);
            while (length < LongestAnswer && await stream.ReadAsync(answer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (IOException) when (length > 0)
        {
            // Some versions reset the connection after the answer.
        }
        catch (IOException e)
        {
            throw new SessionException(FailureKind.ConnectionLost, "It ended the connection without an answer.", e) { Endpoint = endpoint.ToString() };
        }

        return MemberReport.Parse(Encoding.UTF8.GetString(answer, 0, length))
            ?? throw new SessionException(FailureKind.Protocol, "Its answer is not that of a ZooKeeper server.") { Endpoint = endpoint.ToString() };
    }
}
