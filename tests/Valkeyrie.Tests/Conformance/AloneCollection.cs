namespace Valkeyrie.Tests.Conformance;

/// <summary>Classes that are run when nothing else runs, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // it is a collection of tests, in xUnit's own word
public sealed class AloneCollection
#pragma warning restore CA1711
{
    public const string Name = "Alone";
}
