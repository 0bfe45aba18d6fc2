using System.Diagnostics;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One etcd process.</summary>
internal sealed class EtcdProcess(IReadOnlyList<string> arguments) : ServerProcess
{
    protected override ProcessStartInfo Command() => new(EtcdBinary.Server, arguments);
}
