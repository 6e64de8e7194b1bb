using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Raft.Testing;

/// <summary>Finds the code that a virtual or abstract method leads to.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Ahead of time, the clause that uses it is left out.")]
internal static class Overrides
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The method that a type has for one of its base class or interface; null if it is not derived from that.</summary>
    public static MethodInfo? Find(Type type, MethodInfo method)
    {
        Type declaring = method.DeclaringType!;
        if (!declaring.IsAssignableFrom(type) || type.IsInterface || type.ContainsGenericParameters)
        {
            return null;
        }

        MethodInfo? found = declaring.IsInterface ? FindImplementation(type, method) : FindOverride(type, method);
        return found is { IsGenericMethodDefinition: true } && method.IsGenericMethod
            ? found.MakeGenericMethod(method.GetGenericArguments())
            : found;
    }

    private static MethodInfo? FindOverride(Type type, MethodInfo method)
    {
        MethodInfo definition = (method.IsGenericMethod ? method.GetGenericMethodDefinition() : method).GetBaseDefinition();
        for (Type? each = type; each is not null; each = each.BaseType)
        {
            if (each.GetMethods(Declared).FirstOrDefault(own => own.IsVirtual && own.GetBaseDefinition() == definition) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The interface may be implemented with another type argument, of which it is a variant.</summary>
    private static MethodInfo? FindImplementation(Type type, MethodInfo method)
    {
        Type declaring = method.DeclaringType!;
        Type[] all = type.GetInterfaces();
        Type? implemented = all.FirstOrDefault(each => each == declaring)
            ?? all.FirstOrDefault(each => each.IsGenericType && declaring.IsAssignableFrom(each)
                && each.GetGenericTypeDefinition() == declaring.GetGenericTypeDefinition());
        if (implemented is null)
        {
            return null;
        }

        InterfaceMapping map = type.GetInterfaceMap(implemented);
        int position = Array.FindIndex(map.InterfaceMethods, each => each.MetadataToken == method.MetadataToken);
        return position < 0 ? null : map.TargetMethods[position];
    }
}
