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
        var walk = new TwoTrees(reference, difference, cancellationToken);
        await using var end = walk.ConfigureAwait(false);
        while (await walk.MoveNextAsync().ConfigureAwait(false))
        {
            yield return walk.Current;
        }
    }

    /// <summary>The comparison step by step. A step that need not wait runs no asynchronous method: a copy makes one for each key.</summary>
    /// <param name="reference">The reference tree.</param>
    /// <param name="difference">The tree to compare with it.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    internal sealed class TwoTrees(KvTreeContent reference, KvTreeContent difference, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly Walk _left = new(reference, cancellationToken);
        private readonly Walk _right = new(difference, cancellationToken);

        // Negative: only the left tree moves on; positive: only the right one.
        private int _order;

        /// <summary>The current key of either tree.</summary>
        public KvTreeDifference Current { get; private set; } = null!;

        /// <summary>Moves to the next key of either tree; false at the end of both.</summary>
        /// <exception cref="KvInvalidArgumentException">The pairs of a tree are not in key order, or a key occurs twice.</exception>
        public ValueTask<bool> MoveNextAsync()
        {
            var order = _order;
            if (order <= 0)
            {
                var left = _left.StepAsync();
                if (!left.IsCompletedSuccessfully)
                {
                    return AwaitAsync(left, order >= 0);
                }

                left.GetAwaiter().GetResult();
            }

            if (order >= 0)
            {
                var right = _right.StepAsync();
                if (!right.IsCompletedSuccessfully)
                {
                    return AwaitAsync(right, isRightNext: false);
                }

                right.GetAwaiter().GetResult();
            }

            return new(Compare());
        }

        /// <summary>Ends the reading of both trees.</summary>
        public async ValueTask DisposeAsync()
        {
            try
            {
                await _right.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                await _left.DisposeAsync().ConfigureAwait(false);
            }
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<bool> AwaitAsync(ValueTask step, bool isRightNext)
        {
            await step.ConfigureAwait(false);
            if (isRightNext)
            {
                await _right.StepAsync().ConfigureAwait(false);
            }

            return Compare();
        }

        private bool Compare()
        {
            if (_left.Pair is null && _right.Pair is null)
            {
                return false;
            }

            _order = _left.Pair is null ? 1 : _right.Pair is null ? -1 : KeyOrder.Compare(_left.Key, _right.Key);
            Current = new KvTreeDifference(_order <= 0 ? _left.Pair : null, _order >= 0 ? _right.Pair : null, reference.Root, difference.Root);
            return true;
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
