using Valkeyrie.Tests.Architecture.Samples.Below;

// Each type uses a type of the namespace below in one way.
namespace Valkeyrie.Tests.Architecture.Samples;

internal class InBase : UsedClass;

internal class InInterface : UsedInterface;

[Used]
internal class InAttribute;

[System.ComponentModel.TypeConverter(typeof(UsedClass))]
internal class InTypeOfAttribute;

internal class InField
{
    protected UsedClass? Field;
}

internal class InArray
{
    protected List<UsedClass[]>? Field;
}

internal class InProperty
{
    public UsedClass? Property { get; set; }
}

internal class InConstraint<T>
    where T : UsedInterface;

internal class InParameter
{
    public virtual void Do(UsedClass? item)
    {
    }
}

internal class InResult
{
    public virtual UsedClass? Do() => null;
}

internal class InLocal
{
    public virtual object? Do(Func<object?> make)
    {
        UsedInterface? local = default;
        return Use(ref local) ? make() : null;
    }

    private static bool Use<T>(ref T? item) => item is null;
}

internal class InCall
{
    public virtual object? Do() => UsedClass.Make();
}

internal class InConstructor
{
    public virtual object? Do() => new UsedClass();
}

internal class InGenericCall
{
    public virtual object? Do() => Enumerable.Empty<UsedClass>();
}

internal class InGenericType
{
    public virtual object? Do() => UsedGeneric<int>.Value;
}

internal class InTypeTest
{
    public virtual bool Do(object? item) => item is UsedInterface;
}

internal class InTypeOf
{
    public virtual object Do() => typeof(UsedClass);
}

internal class InCatch
{
    public virtual void Do(Action work)
    {
        try
        {
            work();
        }
        catch (UsedException)
        {
        }
    }
}

internal class InLambda
{
    public virtual Func<object> Do() => static () => new UsedClass();
}

internal class InLocalFunction
{
    public virtual object Do()
    {
        return Make();

        static object Make() => new UsedClass();
    }
}

internal class InAsync
{
    public virtual async Task<object> DoAsync()
    {
        await Task.Yield();
        return new UsedClass();
    }
}

internal class InIterator
{
    public virtual IEnumerable<object> Do()
    {
        yield return new UsedClass();
    }
}

internal class InNested
{
    private protected class Nested : UsedClass;
}

internal class BehindSwitch
{
    public virtual int Do(int number)
    {
        switch (number)
        {
            case 0: return 3;
            case 1: return 1;
            case 2: return 4;
            case 3: return 1;
            default: return UsedClass.Count;
        }
    }
}
