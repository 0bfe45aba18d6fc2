namespace Valkeyrie.Tests.Conformance;

/// <summary>Classes that run alone, one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // it is a collection of tests, in xUnit's own word
public sealed class AloneCollection
#pragma warning restore CA1711
{
    public const string Name = "Alone";
}
