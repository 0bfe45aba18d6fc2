using System.Runtime.CompilerServices;

namespace Valkeyrie;

/// <summary>Compares two trees: of two stores, of two revisions, or of a store and a file.</summary>
public static class KvTreeComparison
{
    /// <summary>Compares two trees key by key. Neither is held in memory.</summary>
    /// <param name="reference">The reference tree.</param>
    /// <param name="difference">The tree to compare with it.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <returns>One object for each key of either tree, in key order, including equal ones.</returns>
    /// <exception cref="KvInvalidArgumentException">The pairs of a tree are not in key order, or a key occurs twice.</exception>
    public static async IAsyncEnumerable<KvTreeDifference> CompareAsync(
        KvTreeContent reference, KvTreeContent difference, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(difference);
        var left = new Walk(reference, cancellationToken);
        await using var leftEnd = left.ConfigureAwait(false);
        var right = new Walk(difference, cancellationToken);
        await using var rightEnd = right.ConfigureAwait(false);
        await left.StepAsync().ConfigureAwait(false);
        await right.StepAsync().ConfigureAwait(false);
        while (left.Pair is not null || right.Pair is not null)
        {
            var order = left.Pair is null ? 1 : right.Pair is null ? -1 : KeyOrder.Compare(left.Key, right.Key);
            yield return new KvTreeDifference(order <= 0 ? left.Pair : null, order >= 0 ? right.Pair : null, reference.Root, difference.Root);
            if (order <= 0)
            {
                await left.StepAsync().ConfigureAwait(false);
            }

            if (order >= 0)
            {
                await right.StepAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The position in one tree.</summary>
    private sealed class Walk(KvTreeContent tree, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<KvPair> _pairs = tree.Pairs.GetAsyncEnumerator(cancellationToken);

        /// <summary>The current pair; null at the end.</summary>
        public KvPair? Pair { get; private set; }

        public ReadOnlySpan<char> Key => tree.RelativeKeyOf(Pair!);

        /// <summary>Moves to the next pair. Most pairs have already arrived and cost no await.</summary>
        public ValueTask StepAsync()
        {
            var moved = _pairs.MoveNextAsync();
            if (!moved.IsCompletedSuccessfully)
            {
                return AwaitAsync(moved);
            }

            Step(moved.Result);
            return ValueTask.CompletedTask;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        private async ValueTask AwaitAsync(ValueTask<bool> moved) => Step(await moved.ConfigureAwait(false));

        private void Step(bool isThere)
        {
            var before = Pair;
            Pair = isThere ? _pairs.Current : null;
            if (before is not null && Pair is not null && KeyOrder.Compare(before.Key, Pair.Key) >= 0)
            {
                throw new KvInvalidArgumentException($"The keys to compare must be in order, but '{Pair.Key}' follows '{before.Key}'.") { Key = Pair.Key };
            }
        }

        public ValueTask DisposeAsync() => _pairs.DisposeAsync();
    }
}
