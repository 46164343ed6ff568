"""Batch's audiences with Django REST framework. Pages: create (batch-create.md), update, replace,
remove, view, list (FACTS.md 1.3)."""

import os
import re
import uuid

import django
from django.conf import settings

settings.configure(
    SECRET_KEY=uuid.uuid4().hex,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    APPEND_SLASH=False,
    USE_TZ=True,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
        "EXCEPTION_HANDLER": f"{__name__}.exception_handler",
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from rest_framework import authentication, exceptions, permissions, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as default_handler
from waitress import serve

AUDIENCES = {}


class KeyAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        header = authentication.get_authorization_header(request).split()
        if len(header) != 2 or header[0].lower() != b"bearer":
            raise exceptions.NotAuthenticated("The Rest API Key is missing")
        if header[1] != os.environ["BATCH_API_KEY"].encode():
            raise exceptions.AuthenticationFailed("The Rest API Key is not valid for this project")
        if request.headers.get("X-Batch-Project") != os.environ["BATCH_PROJECT"]:
            raise exceptions.AuthenticationFailed("The Rest API Key is not valid for this project")
        return ("batch", None)

    def authenticate_header(self, request):
        return "Bearer"


class StringField(serializers.CharField):
    """A CharField that takes strings alone: the original makes strings of numbers."""

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class CreateSerializer(serializers.Serializer):
    name = StringField(max_length=255, trim_whitespace=False)
    type = serializers.ChoiceField(choices=["custom_ids", "emails", "install_ids"])
    display_name = StringField(required=False, allow_blank=True, trim_whitespace=False)

    def validate_name(self, value):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
            raise serializers.ValidationError("Only letters, digits, _ and - are allowed.")
        return value


class RemoveSerializer(serializers.Serializer):
    name = StringField(trim_whitespace=False)


class ViewSerializer(serializers.Serializer):
    name = StringField(trim_whitespace=False)
    indexing_token = StringField(required=False, allow_blank=True, trim_whitespace=False)


class ReplaceItemSerializer(serializers.Serializer):
    id = StringField(allow_blank=True, trim_whitespace=False)
    attributes = serializers.DictField(required=False)

    def validate_attributes(self, value):
        if len(value) > 15:
            raise serializers.ValidationError("15 attributes are allowed at most.")
        return value


class UpdateItemSerializer(ReplaceItemSerializer):
    action = serializers.ChoiceField(choices=["add", "remove"])

    def validate(self, data):
        if data["action"] == "remove" and "attributes" in data:
            raise serializers.ValidationError("attributes are only accepted with add.")
        return data


class ReplaceSerializer(serializers.Serializer):
    name = StringField(trim_whitespace=False)
    ids = serializers.ListField(child=ReplaceItemSerializer(), max_length=10000)


class UpdateSerializer(ReplaceSerializer):
    ids = serializers.ListField(child=UpdateItemSerializer(), max_length=10000)


class ListSerializer(serializers.Serializer):
    limit = serializers.IntegerField(default=10, min_value=1, max_value=100)


class AudienceAPIView(APIView):
    authentication_classes = [KeyAuthentication]
    permission_classes = [permissions.AllowAny]


class Create(AudienceAPIView):
    def post(self, request):
        serializer = CreateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        moment = timezone.now()
        AUDIENCES[data["name"]] = {**data, "created": moment, "updated": moment}
        return Response({"indexing_token": uuid.uuid4().hex}, status=status.HTTP_202_ACCEPTED)


class Remove(AudienceAPIView):
    def post(self, request):
        serializer = RemoveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if AUDIENCES.pop(serializer.validated_data["name"], None) is None:
            raise exceptions.ValidationError("There is no such audience.")
        return Response({"indexing_token": uuid.uuid4().hex}, status=status.HTTP_202_ACCEPTED)


class Change(AudienceAPIView):
    serializer_class = None

    def post(self, request):
        serializer = self.serializer_class(data=request.data)
        serializer.is_valid(raise_exception=True)
        audience = AUDIENCES.get(serializer.validated_data["name"])
        if audience is None:
            raise exceptions.ValidationError("There is no such audience.")
        self.change(audience.setdefault("ids", set()), serializer.validated_data["ids"])
        audience["updated"] = timezone.now()
        return Response({"indexing_token": uuid.uuid4().hex}, status=status.HTTP_202_ACCEPTED)


class Update(Change):
    serializer_class = UpdateSerializer

    def change(self, ids, items):
        for item in items:
            (ids.add if item["action"] == "add" else ids.discard)(item["id"])


class Replace(Change):
    serializer_class = ReplaceSerializer

    def change(self, ids, items):
        ids.clear()
        ids.update(item["id"] for item in items)


class List(AudienceAPIView):
    def get(self, request):
        serializer = ListSerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        limit = serializer.validated_data["limit"]
        start = request.query_params.get("from", "0")
        if not start.isdecimal() or int(start) > len(AUDIENCES):
            raise exceptions.ValidationError("from is not the next_from of an earlier answer.")
        page = list(AUDIENCES.values())[int(start) : int(start) + limit]
        answer = {"audiences": [shown(audience) for audience in page], "has_more": int(start) + limit < len(AUDIENCES)}
        if "from" not in request.query_params:
            answer["count"] = len(AUDIENCES)
        if answer["has_more"]:
            answer["next_from"] = str(int(start) + limit)
        return Response(answer)


class View(AudienceAPIView):
    def get(self, request):
        serializer = ViewSerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        audience = AUDIENCES.get(serializer.validated_data["name"])
        if audience is None:
            raise exceptions.NotFound("There is no such audience.")
        return Response(shown(audience))


def shown(audience):
    ids = len(audience.get("ids", ()))
    answer = {
        "name": audience["name"],
        "type": "CUSTOM_ID",
        "nb_ids": ids,
        "indexing_state": "APPLIED",
        "created": audience["created"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated": audience["updated"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "display_name" in audience:
        answer["display_name"] = audience["display_name"]
    return answer


def exception_handler(exc, context):
    response = default_handler(exc, context)
    if response is None:
        return Response({"error_code": "INTERNAL_ERROR", "error_message": "Unexpected error"}, status=500)
    code = exc.default_code if isinstance(exc, exceptions.APIException) else "error"
    response.data = {"error_code": code.upper(), "error_message": str(getattr(exc, "detail", exc))}
    return response


def not_found(request, exception):
    return JsonResponse({"error_code": "NOT_FOUND", "error_message": "No such route"}, status=404)


def server_error(request):
    return JsonResponse({"error_code": "INTERNAL_ERROR", "error_message": "Unexpected error"}, status=500)


def bad_request(request, exception):
    return JsonResponse({"error_code": "BAD_REQUEST", "error_message": "The request is malformed"}, status=400)


handler400 = bad_request
handler404 = not_found
handler500 = server_error
urlpatterns = [
    path("2.10/audiences/create", Create.as_view()),
    path("2.10/audiences/update", Update.as_view()),
    path("2.10/audiences/replace", Replace.as_view()),
    path("2.10/audiences/list", List.as_view()),
    path("2.10/audiences/remove", Remove.as_view()),
    path("2.10/audiences/view", View.as_view()),
]

if __name__ == "__main__":
    serve(get_wsgi_application(), host="127.0.0.1", port=int(os.environ["PORT"]), threads=4)
