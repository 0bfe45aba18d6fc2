using System.Net;
using System.Net.Sockets;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Assigns free loopback ports, each once. They are below the range from which systems choose the ports of outgoing
/// connections, so no connection of another test takes one before its server listens.</summary>
internal static class LoopbackPorts
{
    private const int First = 12_000;
    private const int Count = 20_000;

    private static int next = Random.Shared.Next(Count);

    public static int Take()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (Interlocked.Increment(ref next) & int.MaxValue) % Count;
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("No loopback port is free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
