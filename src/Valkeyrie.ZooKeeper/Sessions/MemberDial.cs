using Valkeyrie.Engine.Http;
using Valkeyrie.ZooKeeper.Net;

namespace Valkeyrie.ZooKeeper.Sessions;

/// <summary>Connects to a member, plain or over TLS.</summary>
internal static class MemberDial
{
    /// <param name="endpoint">The member.</param>
    /// <param name="tls">The checks of TLS; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SessionException">Connecting failed.</exception>
    public static async Task<Stream> ConnectAsync(Endpoint endpoint, KvTlsOptions? tls, CancellationToken cancellationToken)
    {
        var url = new UriBuilder("tcp", endpoint.Host, endpoint.Port).Uri;
        try
        {
            return await Dial.OpenAsync(url, tls, protocol: null, prepare: null, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectException e)
        {
            throw new SessionException(
                e.Reason switch
                {
                    KvUnreachableReason.NameNotFound => FailureKind.NameNotFound,
                    KvUnreachableReason.Tls => FailureKind.Tls,
                    _ => FailureKind.NotConnected,
                },
                Sentence(e.InnerException is CertificateRefusedException refused ? refused.Message : e.Message),
                e) { Endpoint = endpoint.ToString(), NotSent = true };
        }
    }

    private static string Sentence(string message) => char.ToUpperInvariant(message[0]) + message[1..].TrimEnd().TrimEnd('.') + ".";
}
